package savvy.flink.allkinds;

/** A POJO inside another one, and a key by itself. */
public class Address {
  public String city;
  public int zip;

  public Address() {}

  public Address(String city, int zip) {
    this.city = city;
    this.zip = zip;
  }

  /** Decides the key group, so it must be the same in every JVM. */
  @Override
  public int hashCode() {
    return 31 * city.hashCode() + zip;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Address that && city.equals(that.city) && zip == that.zip;
  }
}
