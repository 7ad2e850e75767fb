package savvy.flink.values;

import static savvy.flink.values.Containers.fill;
import static savvy.flink.values.Containers.put;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URL;
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
import java.util.BitSet;
import java.util.Collections;
import java.util.Currency;
import java.util.Date;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.GregorianCalendar;
import java.util.HashMap;
import java.util.Hashtable;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.LinkedList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.PriorityQueue;
import java.util.Properties;
import java.util.Set;
import java.util.Stack;
import java.util.TimeZone;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.Vector;
import java.util.WeakHashMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CopyOnWriteArraySet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;
import org.apache.flink.api.common.ExecutionConfig;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.core.memory.DataOutputViewStreamWrapper;
import savvy.flink.FlinkRelease;

/** Prints a table of objects of the JDK as Flink's KryoSerializer writes them in this release. */
public final class WriteKryoValues {
  private static final boolean IS_KRYO_5 = !FlinkRelease.line().startsWith("1.");

  private final TypeSerializer<Object> serializer =
      Types.GENERIC(Object.class).createSerializer(new ExecutionConfig().getSerializerConfig());
  private final ValueTable values = new ValueTable(this::write);

  public static void main(String[] args) throws IOException {
    WriteKryoValues write = new WriteKryoValues();
    write.texts();
    write.numbers();
    write.times();
    write.zones();
    write.calendars();
    write.collections();
    write.wrappedCollections();
    write.maps();
    write.enums();
    write.holders();
    write.arrays();
    write.classes();
    write.sharedObjects();
  }

  private byte[] write(Object value) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    serializer.serialize(value, new DataOutputViewStreamWrapper(bytes));
    return bytes.toByteArray();
  }

  /** What differs: of Kryo 2.24, as Flink 1.x has it, and of Kryo 5. */
  private void add(String json, String jsonOfKryo5, Object value) throws IOException {
    values.add(IS_KRYO_5 ? jsonOfKryo5 : json, value);
  }

  private void texts() throws IOException {
    values.add("'b'", new StringBuilder("b"));
    values.add("'b'", new StringBuffer("b"));
    values.add("'http://a.b/c?d#e'", URI.create("http://a.b/c?d#e"));
    values.add("'http://a.b:80/c?d#e'", new URL("http://a.b:80/c?d#e"));
    values.add("'https://a@b.c/d'", new URL("https://a@b.c/d"));
    values.add("'file:/d/e'", new URL("file:/d/e"));
    values.add("'EUR'", Currency.getInstance("EUR"));
    values.add("'00000000-0000-0001-0000-000000000002'", new UUID(1, 2));
    values.add("'localhost:80'", new InetSocketAddress("localhost", 80));
    add("'a+b'", "['a+b',2]", Pattern.compile("a+b", Pattern.CASE_INSENSITIVE));
    locale("en", "", "", Locale.ENGLISH);
    locale("en", "US", "", Locale.US);
    locale("es", "ES", "Traditional", new Locale("es", "ES", "Traditional"));
    locale("no", "", "NY", new Locale("no", "", "NY"));
    locale("", "DE", "", new Locale("", "DE"));
    locale("", "", "", Locale.ROOT);
  }

  /** A Java stream in Flink 1.x. */
  private void locale(String language, String country, String variant, Locale locale)
      throws IOException {
    add(
        String.format(
            "{'$class':'java.util.Locale','hashcode':-1,'country':'%s','extensions':'',"
                + "'language':'%s','script':'','variant':'%s'}",
            country, language, variant),
        "'" + locale + "'",
        locale);
  }

  private void numbers() throws IOException {
    values.add("'c'", 'c');
    values.add("-3", (byte) -3);
    values.add("-300", (short) -300);
    values.add("1.5", 1.5f);
    values.add("-7", new AtomicInteger(-7));
    values.add("-7", new AtomicLong(-7));
    values.add("true", new AtomicBoolean(true));
    values.add("false", new AtomicBoolean());
    BitSet bits = new BitSet();
    for (int bit : new int[] {0, 5, 63, 64, 130}) {
      bits.set(bit);
    }
    values.add("[0,5,63,64,130]", bits);
    values.add("[]", new BitSet());
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
    values.add("'--05-06'", MonthDay.of(5, 6));
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
    add(
        "'2020-07-02T03:04:05.006-04:00[America/New_York]'",
        "'2020-07-02T03:04:05.006[America/New_York]'",
        ZonedDateTime.of(time, ZoneId.of("America/New_York")));
  }

  private void calendars() throws IOException {
    values.add("'1970-01-01T00:00:01.000Z'", new Date(1000));
    values.add("'1970-01-01T00:00:01.000Z'", new java.sql.Date(1000));
    values.add("'1969-12-31T23:59:59.000Z'", new java.sql.Time(-1000));
    Timestamp timestamp = new Timestamp(-1);
    timestamp.setNanos(999_999_999);
    values.add("'1969-12-31T23:59:59.999999999Z'", timestamp);
    values.add("'UTC'", TimeZone.getTimeZone("UTC"));
    GregorianCalendar calendar =
        new GregorianCalendar(TimeZone.getTimeZone("Europe/Berlin"), Locale.GERMANY);
    calendar.setTimeInMillis(-5);
    calendar.setLenient(false);
    calendar.setGregorianChange(new Date(Long.MAX_VALUE));
    values.add(
        "{'$class':'java.util.GregorianCalendar','time':'1969-12-31T23:59:59.995Z',"
            + "'zone':'Europe/Berlin'}",
        calendar);
  }

  private void collections() throws IOException {
    values.add("[1,null]", fill(new ArrayList<>(), 1, null));
    values.add("[null,null]", fill(new ArrayList<>(), null, null));
    values.add("[1,'x',null]", fill(new LinkedHashSet<>(), 1, "x", null));
    values.add("[1,'x',null]", fill(new Vector<>(), 1, "x", null));
    values.add("[1,1]", fill(new Stack<>(), 1, 1));
    values.add("['a',1]", fill(new ArrayDeque<>(), "a", 1));
    values.add("['a','b']", fill(new CopyOnWriteArrayList<>(), "a", "b"));
    values.add("['a','b']", fill(new CopyOnWriteArraySet<>(), "a", "b"));
    values.add("['a','b']", fill(new ConcurrentLinkedQueue<>(), "a", "b"));
    values.add("['a','b']", fill(new ConcurrentLinkedDeque<>(), "a", "b"));
    values.add("['a','b']", fill(new ConcurrentSkipListSet<>(), "b", "a"));
    values.add("[1,2,3]", fill(new PriorityQueue<>(), 1, 2, 3));
    values.add("[3,2,1]", fill(new PriorityQueue<>(Collections.reverseOrder()), 3, 2, 1));
    values.add("[1,2]", fill(new TreeSet<>(), 2, 1));
    values.add("[]", new TreeSet<>());
    values.add("[2,1]", fill(new TreeSet<>(Collections.reverseOrder()), 1, 2));
    values.add("['a','B']", fill(new TreeSet<>(String.CASE_INSENSITIVE_ORDER), "B", "a"));
  }

  private void wrappedCollections() throws IOException {
    List<?> array = fill(new ArrayList<>(), 1, 2);
    List<?> linked = fill(new LinkedList<>(), 1, 2);
    Set<?> set = fill(new LinkedHashSet<>(), 1, 2);
    values.add("[1,2]", Collections.unmodifiableCollection(array));
    values.add("[1,2]", Collections.unmodifiableList(array));
    values.add("[1,2]", Collections.unmodifiableList(linked));
    values.add("[1,2]", Collections.unmodifiableSet(set));
    values.add("[1,2]", Collections.synchronizedCollection(array));
    values.add("[1,2]", Collections.synchronizedList(array));
    values.add("[1,2]", Collections.synchronizedList(linked));
    values.add("[1,2]", Collections.synchronizedSet(set));
    values.add("[]", List.of());
    values.add("['a','b']", List.of("a", "b"));
    values.add("[1,2,3]", List.of(1, 2, 3));
    values.add("[]", Set.of());
    values.add("[7]", Set.of(7));
    values.add("[1,'a']", Arrays.asList(1, "a"));
    values.add("['a',null]", Arrays.asList("a", null));
    values.add("[1,2]", Arrays.asList(1, 2));
    values.add("[]", Collections.emptyList());
    values.add("[]", Collections.emptySet());
    values.add("[1]", Collections.singletonList(1));
    values.add("[1]", Collections.singleton(1));
  }

  private void maps() throws IOException {
    values.add("{'a':1}", put(new HashMap<>(), "a", 1));
    values.add("{'00000000-0000-0001-0000-000000000002':'x'}",
        put(new HashMap<>(), new UUID(1, 2), "x"));
    values.add("{'a':1}", put(new Hashtable<>(), "a", 1));
    values.add("{'a':'b'}", put(new Properties(), "a", "b"));
    values.add("{'a':1}", put(new WeakHashMap<>(), "a", 1));
    values.add("{'a':1}", put(new IdentityHashMap<>(), "a", 1));
    values.add("{'a':1}", put(new ConcurrentHashMap<>(), "a", 1));
    values.add("{'a':1,'b':null}", put(put(new TreeMap<>(), "b", null), "a", 1));
    values.add(
        "{'b':2,'a':1}", put(put(new TreeMap<>(Collections.reverseOrder()), "a", 1), "b", 2));
    values.add("{'a':1}", put(new ConcurrentSkipListMap<>(), "a", 1));
    values.add(
        "{'b':2,'a':1}",
        put(put(new ConcurrentSkipListMap<>(Collections.reverseOrder()), "a", 1), "b", 2));
    values.add("{'a':1}", Collections.unmodifiableMap(put(new HashMap<>(), "a", 1)));
    values.add("{'a':1}", Collections.synchronizedMap(put(new HashMap<>(), "a", 1)));
    values.add("{}", Map.of());
    values.add("{'a':1}", Map.of("a", 1));
    values.add("{}", Collections.emptyMap());
    values.add("{'a':1}", Collections.singletonMap("a", 1));
  }

  private static String constant(Enum<?> value) {
    return String.format(
        "{'$class':'%s','ordinal':%d}", value.getClass().getName(), value.ordinal());
  }

  private void enums() throws IOException {
    TimeUnit first = TimeUnit.values()[0];
    TimeUnit last = TimeUnit.DAYS;
    values.add("[" + constant(first) + "," + constant(last) + "]", EnumSet.of(first, last));
    values.add("[]", EnumSet.noneOf(TimeUnit.class));
    // More than 64 constants: another class.
    Character.UnicodeScript latin = Character.UnicodeScript.LATIN;
    values.add("[" + constant(latin) + "]", EnumSet.of(latin));
    EnumMap<TimeUnit, Object> map = new EnumMap<>(TimeUnit.class);
    map.put(first, 1);
    map.put(last, null);
    values.add("[[" + constant(first) + ",1],[" + constant(last) + ",null]]", map);
    values.add(
        "[[" + constant(first) + "],[" + constant(last) + "]]",
        fill(new ArrayList<>(), EnumSet.of(first), EnumSet.of(last)));
  }

  private void holders() throws IOException {
    values.add("'x'", Optional.of("x"));
    values.add("null", Optional.empty());
    values.add("[1]", Optional.of(fill(new ArrayList<>(), 1)));
    values.add("5", OptionalInt.of(5));
    values.add("-5", OptionalInt.of(-5));
    values.add("null", OptionalInt.empty());
    values.add("-5", OptionalLong.of(-5));
    values.add("null", OptionalLong.empty());
    values.add("2.5", OptionalDouble.of(2.5));
    values.add("null", OptionalDouble.empty());
    values.add("5", new AtomicReference<>(5));
    values.add("null", new AtomicReference<>());
  }

  private void arrays() throws IOException {
    values.add("['a','b']", new char[] {'a', 'b'});
    values.add("[1.5,-2.5]", new float[] {1.5f, -2.5f});
    values.add("[1,-2]", new short[] {1, -2});
    values.add("{'$hex':'01fe'}", new byte[] {1, -2});
    values.add("[1,null]", new Integer[] {1, null});
    values.add("[1,-2]", new Long[] {1L, -2L});
    values.add("[true,null]", new Boolean[] {true, null});
    values.add("['a',null]", new String[] {"a", null});
    values.add("[['a'],[]]", new String[][] {{"a"}, {}});
    values.add("[[1],null]", new int[][] {{1}, null});
    values.add("[1,'a']", new Object[] {1, "a"});
    values.add("[1,2.5]", new Number[] {1, 2.5});
    values.add("['0']", new BigInteger[] {BigInteger.ZERO});
    values.add("['1.5',null]", new BigDecimal[] {new BigDecimal("1.5"), null});
    values.add("['1970-01-01T00:00:01.000Z']", new Date[] {new Date(1000)});
    values.add("['1970-01-01']", new LocalDate[] {LocalDate.ofEpochDay(0)});
    values.add("['http://a.b/c',null]", new URL[] {new URL("http://a.b/c"), null});
    values.add("['int',null]", new Class<?>[] {int.class, null});
    values.add(
        "[[1],[2]]",
        new ArrayList<?>[] {fill(new ArrayList<>(), 1), fill(new ArrayList<>(), 2)});
  }

  private void classes() throws IOException {
    List<Class<?>> primitives =
        List.of(
            boolean.class,
            byte.class,
            char.class,
            short.class,
            int.class,
            long.class,
            float.class,
            double.class,
            void.class);
    for (Class<?> primitive : primitives) {
      values.add("'" + primitive + "'", primitive);
    }
    for (Class<?> other : List.of(Integer.class, String.class, int[].class, String[].class)) {
      values.add("'" + other.getName() + "'", other);
    }
  }

  private void sharedObjects() throws IOException {
    List<Object> inner = fill(new ArrayList<>(), "x");
    values.add("[['x'],['x']]", fill(new ArrayList<>(), inner, inner));
    List<Object> cycle = new ArrayList<>();
    cycle.add(cycle);
    values.add("[{'$cycle':'java.util.ArrayList'}]", cycle);
    String part = "http://a.b/c";
    values.add(
        "['" + part + "','" + part + "']",
        fill(new ArrayList<>(), new URL(part), new URL(part)));
  }
}
