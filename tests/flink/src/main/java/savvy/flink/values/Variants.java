package savvy.flink.values;

import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.LinkedHashMap;
import java.util.Map;

/** Values of type VARIANT, which came with Flink 2.1, with the JSON that they are. */
final class Variants {
  private final Object builder;

  Variants() throws ReflectiveOperationException {
    builder = ByName.callStatic("org.apache.flink.types.variant.Variant", "newBuilder");
  }

  private Object of(Object value) throws ReflectiveOperationException {
    return ByName.call(builder, "of", value);
  }

  private Object object(Object... namesAndFields) throws ReflectiveOperationException {
    Object object = ByName.call(builder, "object");
    for (int i = 0; i < namesAndFields.length; i += 2) {
      ByName.call(object, "add", namesAndFields[i], namesAndFields[i + 1]);
    }
    return ByName.call(object, "build");
  }

  private Object array(Object... elements) throws ReflectiveOperationException {
    Object array = ByName.call(builder, "array");
    for (Object element : elements) {
      ByName.call(array, "add", element);
    }
    return ByName.call(array, "build");
  }

  Map<String, Object> byJson() throws ReflectiveOperationException {
    Map<String, Object> values = new LinkedHashMap<>();
    values.put("null", ByName.call(builder, "ofNull"));
    values.put("true", of(true));
    values.put("-1", of((byte) -1));
    values.put("-300", of((short) -300));
    values.put("-70000", of(-70000));
    values.put("-5000000000", of(-5_000_000_000L));
    values.put("0.5", of(0.5f));
    values.put("-2.5", of(-2.5));
    values.put("'-2.00'", of(new BigDecimal("-2.00")));
    values.put("'12345678901.2'", of(new BigDecimal("12345678901.2")));
    String digits = "-123456789012345678901.234567";
    values.put("'" + digits + "'", of(new BigDecimal(digits)));
    values.put("'\u4e2d'", of("\u4e2d"));
    String text = "more than sixty-three bytes are no short text: ".repeat(2);
    values.put("'" + text + "'", of(text));
    values.put("{'$hex':'01fe'}", of(new byte[] {1, -2}));
    values.put("'-0005-12-31'", of(LocalDate.of(-5, 12, 31)));
    values.put("'2020-02-29T01:02:03'", of(LocalDateTime.of(2020, 2, 29, 1, 2, 3)));
    values.put("'1969-12-31T23:59:59.999999Z'", of(Instant.ofEpochSecond(-1, 999_999_000)));
    values.put("[]", array());
    values.put("{}", object());
    values.put("[1,'x',[null]]", array(of(1), of("x"), array(ByName.call(builder, "ofNull"))));
    values.put(
        "{'a':{'b':[true],'c':1},'b':'x'}",
        object("b", of("x"), "a", object("c", of(1), "b", array(of(true)))));
    return values;
  }
}
