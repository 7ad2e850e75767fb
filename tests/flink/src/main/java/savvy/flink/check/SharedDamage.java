package savvy.flink.check;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * One way to spoil a file that checkpoints share.
 *
 * @param name what is done
 */
record SharedDamage(String name, Change change) {

  /** Changes a file; another of the same chain is at hand. */
  @FunctionalInterface
  interface Change {
    void apply(Path file, Path other) throws IOException;
  }

  /** At the end of a file of sorted entries. */
  private static final long SST_MAGIC = 0x88e241b785f4cff7L;

  static List<SharedDamage> all() {
    return List.of(
        new SharedDamage("removed", (file, other) -> Files.delete(file)),
        new SharedDamage("truncated", (file, other) -> truncate(file)),
        new SharedDamage("swapped", SharedDamage::swap));
  }

  /** The files of sorted entries below a folder, by name. */
  static List<Path> sstFiles(Path folder) throws IOException {
    try (Stream<Path> paths = Files.walk(folder)) {
      List<Path> files = paths.filter(Files::isRegularFile).sorted().toList();
      List<Path> found = new ArrayList<>();
      for (Path file : files) {
        if (isSst(file)) {
          found.add(file);
        }
      }
      return found;
    }
  }

  private static boolean isSst(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    return bytes.length > Long.BYTES
        && ByteBuffer.wrap(bytes, bytes.length - Long.BYTES, Long.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .getLong()
            == SST_MAGIC;
  }

  private static void truncate(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.truncate(channel.size() / 2);
    }
  }

  private static void swap(Path file, Path other) throws IOException {
    Path third = file.resolveSibling("third");
    Files.move(file, third);
    Files.move(other, file);
    Files.move(third, other, StandardCopyOption.ATOMIC_MOVE);
  }
}
