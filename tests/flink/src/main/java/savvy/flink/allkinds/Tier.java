package savvy.flink.allkinds;

/** Constants out of alphabetical order: enums are stored by position. */
public enum Tier {
  SILVER,
  GOLD,
  BRONZE
}
