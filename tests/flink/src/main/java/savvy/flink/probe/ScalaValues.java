package savvy.flink.probe;

import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.flink.api.common.typeutils.TypeSerializer;

/** Values of Scala, whose classes only Flink 1.x has: they are called by name. */
final class ScalaValues {
  private static final String CASE_CLASS_SERIALIZER =
      "org.apache.flink.api.scala.typeutils.CaseClassSerializer";
  private static final String OPTION_SERIALIZER =
      "org.apache.flink.api.scala.typeutils.OptionSerializer";

  private ScalaValues() {}

  static boolean isOne(TypeSerializer<?> serializer) {
    return is(CASE_CLASS_SERIALIZER, serializer) || is(OPTION_SERIALIZER, serializer);
  }

  static Object plain(Object value, TypeSerializer<?> serializer) {
    try {
      return is(OPTION_SERIALIZER, serializer)
          ? option(value, serializer)
          : caseClass(value, Hidden.get(serializer, "fieldSerializers"));
    } catch (ReflectiveOperationException changed) {
      throw new IllegalStateException("Flink's Scala API has changed", changed);
    }
  }

  private static Object option(Object value, TypeSerializer<?> serializer)
      throws ReflectiveOperationException {
    boolean empty = (boolean) call(value, "isEmpty");
    return empty ? null : plainChild(call(value, "get"), Hidden.get(serializer, "elemSerializer"));
  }

  /** By position, as the serializer has no names. */
  private static Map<String, Object> caseClass(Object value, TypeSerializer<?>[] types)
      throws ReflectiveOperationException {
    Map<String, Object> fields = new LinkedHashMap<>();
    for (int i = 0; i < types.length; i++) {
      Object field = Class.forName("scala.Product").getMethod("productElement", int.class).invoke(value, i);
      fields.put("_" + (i + 1), plainChild(field, types[i]));
    }
    return fields;
  }

  @SuppressWarnings("unchecked")
  private static <T> Object plainChild(Object value, TypeSerializer<T> serializer) {
    return Values.plain((T) value, serializer);
  }

  private static Object call(Object option, String method) throws ReflectiveOperationException {
    return Class.forName("scala.Option").getMethod(method).invoke(option);
  }

  private static boolean is(String type, TypeSerializer<?> serializer) {
    for (Class<?> c = serializer.getClass(); c != null; c = c.getSuperclass()) {
      if (c.getName().equals(type)) {
        return true;
      }
    }
    return false;
  }
}
