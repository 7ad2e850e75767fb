package savvy.flink.probe;

import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.stream.Stream;

/** Reaches what Flink keeps private: it offers no way to list the states of a running operator. */
public final class Hidden {
  private Hidden() {}

  /** The value of a field that the object's class or one of its ancestors declares. */
  @SuppressWarnings("unchecked")
  public static <T> T get(Object object, String field) throws ReflectiveOperationException {
    return (T) find(object, field).get(object);
  }

  public static void set(Object object, String field, Object value)
      throws ReflectiveOperationException {
    find(object, field).set(object, value);
  }

  /** Whether there is such a field. */
  static boolean has(Object object, String field) {
    return ancestors(object).flatMap(type -> Stream.of(type.getDeclaredFields()))
        .anyMatch(declared -> declared.getName().equals(field));
  }

  /** Calls a method with one argument of type long. */
  static void call(Object object, String method, long argument) throws Exception {
    Method found =
        ancestors(object)
            .flatMap(type -> Stream.of(type.getDeclaredMethods()))
            .filter(declared -> declared.getName().equals(method))
            .findFirst()
            .orElseThrow(() -> new NoSuchMethodException(object.getClass() + " " + method));
    found.setAccessible(true);
    try {
      found.invoke(object, argument);
    } catch (InvocationTargetException thrown) {
      throw new IllegalStateException(method + " failed", thrown.getCause());
    }
  }

  private static Field find(Object object, String field) throws NoSuchFieldException {
    Field found =
        ancestors(object)
            .flatMap(type -> Stream.of(type.getDeclaredFields()))
            .filter(declared -> declared.getName().equals(field))
            .findFirst()
            .orElseThrow(() -> new NoSuchFieldException(object.getClass() + " " + field));
    found.setAccessible(true);
    return found;
  }

  private static Stream<Class<?>> ancestors(Object object) {
    return Stream.iterate(object.getClass(), type -> type != null, type -> type.getSuperclass());
  }
}
