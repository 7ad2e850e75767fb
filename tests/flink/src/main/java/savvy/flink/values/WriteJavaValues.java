package savvy.flink.values;

import static savvy.flink.values.Containers.fill;
import static savvy.flink.values.Containers.put;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.MonthDay;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.Period;
import java.time.Year;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Date;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Hashtable;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.LinkedList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Properties;
import java.util.Set;
import java.util.Stack;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.Vector;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/** Prints a table of objects of the JDK as Java serialization writes them. */
public final class WriteJavaValues {
  private final ValueTable values = new ValueTable(WriteJavaValues::write);

  public static void main(String[] args) throws IOException {
    WriteJavaValues write = new WriteJavaValues();
    write.times();
    write.zones();
    write.dates();
    write.others();
    write.collections();
    write.wrappedCollections();
    write.maps();
    write.arrays();
  }

  private static byte[] write(Object value) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(value);
    }
    return bytes.toByteArray();
  }

  private void times() throws IOException {
    values.add("'PT3600.000000005S'", Duration.ofSeconds(3600, 5));
    values.add("'PT-0.5S'", Duration.ofMillis(-500));
    values.add("'1969-12-31T23:59:59.500Z'", Instant.ofEpochMilli(-500));
    values.add("'2020-02-29'", LocalDate.of(2020, 2, 29));
    values.add("'+10000-01-01'", LocalDate.of(10000, 1, 1));
    values.add("'-0005-12-31'", LocalDate.of(-5, 12, 31));
    values.add("'00:00:00'", LocalTime.MIDNIGHT);
    values.add("'01:00:00'", LocalTime.of(1, 0));
    values.add("'01:02:00'", LocalTime.of(1, 2));
    values.add("'01:02:03'", LocalTime.of(1, 2, 3));
    values.add("'01:02:03.000000004'", LocalTime.of(1, 2, 3, 4));
    values.add("'2020-02-29T01:02:03'", LocalDateTime.of(2020, 2, 29, 1, 2, 3));
    values.add("'2020'", Year.of(2020));
    values.add("'-0005'", Year.of(-5));
    values.add("'+12345'", Year.of(12345));
    values.add("'-0005-03'", YearMonth.of(-5, 3));
    values.add("'+12345-03'", YearMonth.of(12345, 3));
    values.add("'--02-29'", MonthDay.of(2, 29));
    values.add("'P-1Y2M-3D'", Period.of(-1, 2, -3));
    values.add("'P0D'", Period.ZERO);
  }

  private void zones() throws IOException {
    ZoneOffset odd = ZoneOffset.ofHoursMinutesSeconds(-1, -2, -3);
    values.add("'+18:00'", ZoneOffset.MAX);
    values.add("'-01:02:03'", odd);
    values.add("'Z'", ZoneOffset.UTC);
    values.add("'Europe/Berlin'", ZoneId.of("Europe/Berlin"));
    values.add("'10:15:00+01:00'", OffsetTime.of(10, 15, 0, 0, ZoneOffset.ofHours(1)));
    LocalDateTime time = LocalDateTime.of(2020, 7, 2, 3, 4, 5, 6_000_000);
    values.add("'2020-07-02T03:04:05.006-01:02:03'", OffsetDateTime.of(time, odd));
    values.add("'2020-07-02T03:04:05.006-01:02:03'", ZonedDateTime.of(time, odd));
    values.add(
        "'2020-07-02T03:04:05.006-04:00[America/New_York]'",
        ZonedDateTime.of(time, ZoneId.of("America/New_York")));
  }

  private void dates() throws IOException {
    values.add("'1970-01-01T00:00:01.000Z'", new Date(1000));
    values.add("'1970-01-01T00:00:01.000Z'", new java.sql.Date(1000));
    values.add("'1969-12-31T23:59:59.000Z'", new java.sql.Time(-1000));
    Timestamp timestamp = new Timestamp(-1);
    timestamp.setNanos(999_999_999);
    values.add("'1969-12-31T23:59:59.999999999Z'", timestamp);
  }

  private void others() throws IOException {
    values.add("'c'", 'c');
    values.add("-3", (byte) -3);
    values.add("-300", (short) -300);
    values.add("1.5", 1.5f);
    String digits = "-123456789012345678901234567890";
    values.add("'" + digits + "'", new BigInteger(digits));
    values.add("'0.00'", new BigDecimal("0.00"));
    values.add("'00000000-0000-0001-0000-000000000002'", new UUID(1, 2));
    values.add("'DAYS'", TimeUnit.DAYS);
    values.add("'int'", int.class);
    values.add("'[Ljava.lang.String;'", String[].class);
    values.add(
        "{'$class':'java.util.Locale','hashcode':-1,'country':'US','extensions':'',"
            + "'language':'en','script':'','variant':''}",
        Locale.US);
  }

  private void collections() throws IOException {
    values.add("[1,null]", fill(new ArrayList<>(), 1, null));
    values.add("[1,null]", fill(new LinkedList<>(), 1, null));
    values.add("[1,'x',null]", fill(new LinkedHashSet<>(), 1, "x", null));
    values.add("[1,'x',null]", fill(new Vector<>(), 1, "x", null));
    values.add("[1,1]", fill(new Stack<>(), 1, 1));
    values.add("['a',1]", fill(new ArrayDeque<>(), "a", 1));
    values.add("['a','b']", fill(new CopyOnWriteArrayList<>(), "a", "b"));
    values.add("['a','b']", fill(new ConcurrentLinkedQueue<>(), "a", "b"));
    values.add("['a','b']", fill(new ConcurrentLinkedDeque<>(), "a", "b"));
    values.add("[]", new ConcurrentLinkedQueue<>());
    values.add("[1,2,3]", fill(new PriorityQueue<>(), 1, 2, 3));
    values.add("[3,2,1]", fill(new PriorityQueue<>(Collections.reverseOrder()), 3, 2, 1));
    values.add("[1,2]", fill(new TreeSet<>(), 2, 1));
    values.add("[]", new TreeSet<>());
    values.add("[2,1]", fill(new TreeSet<>(Collections.reverseOrder()), 1, 2));
    values.add(
        "{'$class':'savvy.flink.values.NamedList','size':2,'name':'n','$data':['a',null]}",
        fill(new NamedList("n"), "a", null));
    List<Object> inner = fill(new ArrayList<>(), "x");
    values.add("[['x'],['x']]", fill(new ArrayList<>(), inner, inner));
    List<Object> cycle = new ArrayList<>();
    cycle.add(cycle);
    values.add("[{'$cycle':'java.util.ArrayList'}]", cycle);
  }

  private void wrappedCollections() throws IOException {
    List<?> array = fill(new ArrayList<>(), 1, 2);
    List<?> linked = fill(new LinkedList<>(), 1, 2);
    Set<?> set = fill(new LinkedHashSet<>(), 1, 2);
    values.add("[1,2]", Collections.unmodifiableCollection(array));
    values.add("[1,2]", Collections.unmodifiableList(linked));
    values.add("[1,2]", Collections.unmodifiableSet(set));
    values.add("[1,2]", Collections.synchronizedCollection(array));
    values.add("[1,2]", Collections.synchronizedList(array));
    ArrayList<Integer> numbers = fill(new ArrayList<>(), 1, 2);
    values.add("[1,2]", Collections.checkedList(numbers, Integer.class));
    values.add("[1,2]", Collections.unmodifiableList(Collections.synchronizedList(linked)));
    values.add("[]", List.of());
    values.add("['a','b']", List.of("a", "b"));
    values.add("[1,2,3]", List.of(1, 2, 3));
    values.add("[]", Set.of());
    values.add("[7]", Set.of(7));
    values.add("[1,'a']", Arrays.asList(1, "a"));
    values.add("[]", Collections.emptyList());
    values.add("[]", Collections.emptySet());
    values.add("[1]", Collections.singletonList(1));
    values.add("[1]", Collections.singleton(1));
  }

  private void maps() throws IOException {
    values.add("{'a':1}", put(new HashMap<>(), "a", 1));
    values.add(
        "[['00000000-0000-0001-0000-000000000002','x']]",
        put(new HashMap<>(), new UUID(1, 2), "x"));
    values.add("{'a':1}", put(new Hashtable<>(), "a", 1));
    values.add("{'a':'b'}", put(new Properties(), "a", "b"));
    Properties withDefaults = new Properties(put(new Properties(), "c", "d"));
    values.add(
        "{'$class':'java.util.Properties','loadFactor':0.75,'threshold':2,"
            + "'defaults':{'c':'d'},'$data':{'a':'b'}}",
        put(withDefaults, "a", "b"));
    values.add("{'a':1}", put(new IdentityHashMap<>(), "a", 1));
    values.add("{'a':1}", put(new ConcurrentHashMap<>(), "a", 1));
    values.add("{'a':1,'b':null}", put(put(new TreeMap<>(), "b", null), "a", 1));
    values.add(
        "{'b':2,'a':1}",
        put(put(new ConcurrentSkipListMap<>(Collections.reverseOrder()), "a", 1), "b", 2));
    EnumMap<TimeUnit, Object> map = new EnumMap<>(TimeUnit.class);
    map.put(TimeUnit.DAYS, null);
    values.add("[['DAYS',null]]", map);
    values.add("{'a':1}", Collections.unmodifiableMap(put(new HashMap<>(), "a", 1)));
    values.add("{'a':1}", Collections.synchronizedMap(put(new HashMap<>(), "a", 1)));
    values.add("{}", Map.of());
    values.add("{'a':1}", Map.of("a", 1));
    values.add("{}", Collections.emptyMap());
    values.add("{'a':1}", Collections.singletonMap("a", 1));
  }

  private void arrays() throws IOException {
    values.add("['a','b']", new char[] {'a', 'b'});
    values.add("[1.5,-2.5]", new float[] {1.5f, -2.5f});
    values.add("[true,false]", new boolean[] {true, false});
    values.add("{'$hex':'01fe'}", new byte[] {1, -2});
    values.add("[1,null]", new Integer[] {1, null});
    values.add("[[1],null]", new int[][] {{1}, null});
    values.add("[1,'a',[null]]", new Object[] {1, "a", new Object[] {null}});
  }
}
