package savvy.flink.check;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * One byte of a snapshot changed on purpose.
 *
 * @param name what is changed
 * @param marker bytes that only the file to change contains
 * @param target bytes in that file, of which one is changed
 * @param position of the byte in the target
 * @param difference what a check must say, word for word or the beginning of it
 * @param evidence what it must say as well, anywhere behind it
 */
record Damage(
    String name, byte[] marker, byte[] target, int position, String difference, String evidence) {

  /** One of each kind, in the canonical savepoint of the job {@code all-kinds}. */
  static List<Damage> all() {
    return List.of(
        new Damage(
            "value",
            ascii("event-17-0"),
            ascii("name of key-17"),
            1,
            // The name is in two states, and either may come first in the file.
            "operator keyed-string, state ",
            "n`me of key-17"),
        new Damage(
            "element of a keyed list",
            ascii("event-17-0"),
            ascii("event-17-0"),
            1,
            "operator keyed-string, state events, key \"key-17\", element 0: expected",
            "found"),
        new Damage(
            "timer",
            ascii("event-17-0"),
            timer(4_102_445_820_000L),
            Long.BYTES - 1,
            "operator keyed-string, state _timer_state/event_user-timers, key \"key-17\","
                + " timer at 4102445820000: expected it",
            "found nothing"),
        new Damage(
            "element of an operator list",
            ascii("offsets"),
            ascii("name of key-12"),
            1,
            "operator operator-state, state profiles, element",
            "found"),
        new Damage(
            "broadcast entry",
            ascii("rule-profiles"),
            ascii("name of a\"b"),
            1,
            "operator broadcast, state rule-profiles, subtask",
            "found"));
  }

  /** Whether a line of a check speaks of this change. */
  boolean isNamedBy(String line) {
    int start = line.startsWith(difference) ? difference.length() : -1;
    return start >= 0 && line.indexOf(evidence, start) >= 0;
  }

  /** Changes the byte in the one file under a folder that has the marker. */
  void apply(Path snapshot) throws IOException {
    Path file = fileWithMarker(snapshot);
    byte[] bytes = Files.readAllBytes(file);
    bytes[indexOf(target, bytes) + position] ^= 1;
    Files.write(file, bytes);
  }

  private Path fileWithMarker(Path snapshot) throws IOException {
    try (Stream<Path> files = Files.list(snapshot)) {
      for (Path file : files.sorted().toList()) {
        byte[] bytes = Files.readAllBytes(file);
        if (isState(file) && contains(marker, bytes) && contains(target, bytes)) {
          return file;
        }
      }
    }
    throw new IllegalStateException("no file of " + snapshot + " holds the " + name + " to change");
  }

  private static boolean isState(Path file) {
    return !file.getFileName().toString().matches("_metadata|.*\\.jsonl|.*\\.md");
  }

  private static boolean contains(byte[] part, byte[] bytes) {
    return indexOf(part, bytes) >= 0;
  }

  /** Latin-1 has a character for every byte. */
  private static int indexOf(byte[] part, byte[] bytes) {
    return new String(bytes, StandardCharsets.ISO_8859_1)
        .indexOf(new String(part, StandardCharsets.ISO_8859_1));
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  /** Timers are stored so that their bytes sort like their times. */
  private static byte[] timer(long timestamp) {
    return ByteBuffer.allocate(Long.BYTES).putLong(timestamp ^ Long.MIN_VALUE).array();
  }
}
