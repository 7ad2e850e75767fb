package savvy.flink;

import org.apache.flink.runtime.util.EnvironmentInformation;

/** The Flink on the class path. */
public final class FlinkRelease {
  private FlinkRelease() {}

  /** For example {@code 1.20.5}. */
  static String version() {
    return EnvironmentInformation.getVersion();
  }

  /** Major and minor number, for example {@code 1.20}. */
  public static String line() {
    String version = version();
    return version.substring(0, version.lastIndexOf('.'));
  }

  /** The backend that keeps its state remotely came with Flink 2.0. */
  static boolean hasForst() {
    return !version().startsWith("1.");
  }

  /** Flink 2.0 did away with the Scala API. */
  static boolean hasScala() {
    return version().startsWith("1.");
  }

  /** Metadata holds uids from version 5 on, which came with Flink 2.0. */
  static boolean storesUids() {
    return !version().startsWith("1.");
  }
}
