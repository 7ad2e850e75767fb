package savvy.flink.sql;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.api.Schema;
import org.apache.flink.table.api.bridge.java.StreamTableEnvironment;
import org.apache.flink.types.Row;
import savvy.flink.ObservedScenario;
import savvy.flink.source.NumberSource;

/** Queries whose operators are all those of SQL that keep state, with keys and values as rows. */
public final class SqlQueries implements ObservedScenario {
  private static final long ORDERS = 24;
  private static final int CUSTOMERS = 5;
  private static final long FIRST_ORDER_SECOND = 1_700_000_000L;

  private static final List<String> QUERIES =
      List.of(
          // Group aggregate, with an accumulator that is itself a map.
          "SELECT customer, COUNT(*), SUM(amount), MAX(note), COUNT(DISTINCT amount) FROM orders"
              + " GROUP BY customer",
          "SELECT a.id, b.note FROM orders a JOIN orders b ON a.customer = b.note",
          "SELECT a.id, b.note FROM orders a LEFT JOIN orders b ON a.id = b.id + 100",
          // Top-N.
          "SELECT * FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY customer ORDER BY amount DESC)"
              + " AS place FROM orders) WHERE place <= 2",
          "SELECT customer, SUM(amount) OVER (PARTITION BY customer ORDER BY ts"
              + " ROWS BETWEEN 2 PRECEDING AND CURRENT ROW) FROM orders",
          "SELECT customer, window_start, SUM(amount) FROM TABLE(TUMBLE(TABLE orders,"
              + " DESCRIPTOR(ts), INTERVAL '10' MINUTES)) GROUP BY customer, window_start,"
              + " window_end",
          // Interval join.
          "SELECT a.id, b.id FROM orders a, orders b WHERE a.customer = b.customer"
              + " AND a.ts BETWEEN b.ts - INTERVAL '5' MINUTE AND b.ts",
          // Deduplicate.
          "SELECT * FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY note ORDER BY ts DESC) AS place"
              + " FROM orders) WHERE place = 1",
          "SELECT * FROM orders MATCH_RECOGNIZE (PARTITION BY customer ORDER BY ts"
              + " MEASURES A.id AS first_id, B.id AS last_id ONE ROW PER MATCH"
              + " AFTER MATCH SKIP PAST LAST ROW PATTERN (A B+ C)"
              + " DEFINE B AS B.amount > A.amount, C AS C.amount < A.amount)");

  @Override
  public String name() {
    return "sql-queries";
  }

  @Override
  public void build(StreamExecutionEnvironment env) {
    StreamTableEnvironment tables = StreamTableEnvironment.create(env);
    DataStream<Row> orders =
        env.fromSource(
                new NumberSource(ORDERS), WatermarkStrategy.noWatermarks(), "Numbers", Types.LONG)
            .uid("numbers")
            .map(SqlQueries::order)
            .returns(
                Types.ROW_NAMED(
                    new String[] {"id", "customer", "amount", "note", "ts"},
                    Types.LONG,
                    Types.STRING,
                    Types.INT,
                    Types.STRING,
                    Types.INSTANT))
            .uid("orders");
    tables.createTemporaryView("orders", orders, schema());
    for (String query : QUERIES) {
      tables.toChangelogStream(tables.sqlQuery(query)).sinkTo(new DiscardingSink<>());
    }
  }

  @Override
  public Map<String, Integer> counts() {
    return Map.of("accState", CUSTOMERS);
  }

  private static Row order(long n) {
    return Row.of(
        n,
        "customer-" + n % CUSTOMERS,
        (int) (n * 7 % 10),
        n % 4 == 0 ? null : "note " + n % 3,
        Instant.ofEpochSecond(FIRST_ORDER_SECOND + n * 60));
  }

  /** The watermark stays behind all orders, so that what waits for it is still there. */
  private static Schema schema() {
    return Schema.newBuilder()
        .column("id", DataTypes.BIGINT())
        .column("customer", DataTypes.STRING())
        .column("amount", DataTypes.INT())
        .column("note", DataTypes.STRING())
        .column("ts", DataTypes.TIMESTAMP_LTZ(3))
        .watermark("ts", "ts - INTERVAL '30' DAY")
        .build();
  }

  /** Of the operators that assign watermarks. */
  @Override
  public Set<String> statesOfSubtasks() {
    return Set.of("watermark");
  }
}
