package savvy.flink.types;

/** No POJO, for it has neither setters nor a constructor without parameters. */
final class Token {
  private final String text;
  private final int number;

  Token(String text, int number) {
    this.text = text;
    this.number = number;
  }

  @Override
  public String toString() {
    return text + number;
  }
}
