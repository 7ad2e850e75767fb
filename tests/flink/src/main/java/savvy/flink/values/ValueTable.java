package savvy.flink.values;

import java.io.IOException;
import java.util.HexFormat;

/** Prints a table of objects: the JSON that one is, and behind a tab its bytes in hex. */
final class ValueTable {
  /** Something that writes any object. */
  interface Writer {
    byte[] write(Object value) throws IOException;
  }

  private final Writer writer;

  ValueTable(Writer writer) {
    this.writer = writer;
  }

  void add(String json, Object value) throws IOException {
    print(json, writer.write(value));
  }

  /** A line of JSON, with ' for ", and of bytes. */
  static void print(String json, byte[]... parts) {
    StringBuilder line = new StringBuilder(json.replace('\'', '"'));
    for (byte[] part : parts) {
      line.append('\t').append(HexFormat.of().formatHex(part));
    }
    System.out.println(line);
  }
}
