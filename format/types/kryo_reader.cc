#include "format/types/kryo_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <optional>
#include <utility>

#include "format/big_number.h"
#include "format/iso_time.h"
#include "format/modified_utf8.h"
#include "format/types/kryo_times.h"
#include "format/uuid_text.h"

namespace savvy {
namespace {

constexpr int kMaxDepth = 200;
// Elements that are all null take no bytes.
constexpr std::uint32_t kMaxNulls = 1000;
// Longer than any name of a class. Names are copied, and each '[' is a step down.
constexpr std::size_t kLongestName = 1024;
constexpr std::uint32_t kNull = 0;
constexpr std::uint32_t kNew = 1;
constexpr std::uint32_t kByName = 1;
constexpr std::uint32_t kFirstReference = 2;

constexpr std::string_view kVoid = "void";

// There are no objects of class void; the class itself may be a value.
enum class ClassUse { kOfObject, kAsValue };

enum class Form {
  kBox,
  kString,
  kRawText,  // what string() reads, without a mark
  kPatternText,
  kUrl,
  kBigInteger,
  kBigDecimal,
  kDate,
  kTimestamp,
  kUuid,
  kBitSet,
  kAddress,
  kLocale,
  kJavaStream,
  kClass,
  kCalendar,
  kCollection,
  kImmutableCollection,
  kSortedSet,
  kPriorityQueue,
  kMap,
  kSortedMap,
  kSkipListMap,
  kEnumMap,
  kEnumSet,
  kArraysList,
  kNothing,
  kSingleton,
  kSingletonMap,
  kHolder,  // one value inside: Optional, AtomicReference
  kOptionalInt,
  kOptionalLong,
  kOptionalDouble,
  kAtomicBoolean,
  kAtomicInteger,
  kAtomicLong,
};

using Forms = std::map<std::string_view, Form>;

const Forms& forms() {
  static const Forms table = {
      {"java.lang.Integer", Form::kBox},
      {"java.lang.Float", Form::kBox},
      {"java.lang.Boolean", Form::kBox},
      {"java.lang.Byte", Form::kBox},
      {"java.lang.Character", Form::kBox},
      {"java.lang.Short", Form::kBox},
      {"java.lang.Long", Form::kBox},
      {"java.lang.Double", Form::kBox},
      {"java.lang.String", Form::kString},
      {"java.lang.StringBuilder", Form::kRawText},
      {"java.lang.StringBuffer", Form::kRawText},
      {"java.net.URI", Form::kRawText},
      {"java.net.URL", Form::kUrl},
      {"java.util.Currency", Form::kRawText},
      {"sun.util.calendar.ZoneInfo", Form::kRawText},
      {"java.util.regex.Pattern", Form::kPatternText},
      {"java.math.BigInteger", Form::kBigInteger},
      {"java.math.BigDecimal", Form::kBigDecimal},
      {"java.util.Date", Form::kDate},
      {"java.sql.Date", Form::kDate},
      {"java.sql.Time", Form::kDate},
      {"java.sql.Timestamp", Form::kTimestamp},
      {"java.util.UUID", Form::kUuid},
      {"java.util.BitSet", Form::kBitSet},
      {"java.net.InetSocketAddress", Form::kAddress},
      {"java.util.Locale", Form::kLocale},
      {"java.text.SimpleDateFormat", Form::kJavaStream},
      {"java.lang.Class", Form::kClass},
      {"java.util.GregorianCalendar", Form::kCalendar},
      {"java.util.ArrayList", Form::kCollection},
      {"java.util.LinkedList", Form::kCollection},
      {"java.util.HashSet", Form::kCollection},
      {"java.util.LinkedHashSet", Form::kCollection},
      {"java.util.ArrayDeque", Form::kCollection},
      {"java.util.Vector", Form::kCollection},
      {"java.util.Stack", Form::kCollection},
      {"java.util.concurrent.CopyOnWriteArrayList", Form::kCollection},
      {"java.util.concurrent.CopyOnWriteArraySet", Form::kCollection},
      {"java.util.concurrent.ConcurrentLinkedQueue", Form::kCollection},
      {"java.util.concurrent.ConcurrentLinkedDeque", Form::kCollection},
      {"java.util.concurrent.ConcurrentSkipListSet", Form::kCollection},
      {"java.util.Collections$UnmodifiableCollection", Form::kCollection},
      {"java.util.Collections$UnmodifiableList", Form::kCollection},
      {"java.util.Collections$UnmodifiableRandomAccessList", Form::kCollection},
      {"java.util.Collections$UnmodifiableSet", Form::kCollection},
      {"java.util.Collections$SynchronizedCollection", Form::kCollection},
      {"java.util.Collections$SynchronizedList", Form::kCollection},
      {"java.util.Collections$SynchronizedRandomAccessList", Form::kCollection},
      {"java.util.Collections$SynchronizedSet", Form::kCollection},
      {"java.util.ImmutableCollections$ListN", Form::kImmutableCollection},
      {"java.util.ImmutableCollections$List12", Form::kImmutableCollection},
      {"java.util.ImmutableCollections$SetN", Form::kImmutableCollection},
      {"java.util.ImmutableCollections$Set12", Form::kImmutableCollection},
      {"java.util.TreeSet", Form::kSortedSet},
      {"java.util.PriorityQueue", Form::kPriorityQueue},
      {"java.util.HashMap", Form::kMap},
      {"java.util.LinkedHashMap", Form::kMap},
      {"java.util.Hashtable", Form::kMap},
      {"java.util.Properties", Form::kMap},
      {"java.util.WeakHashMap", Form::kMap},
      {"java.util.IdentityHashMap", Form::kMap},
      {"java.util.concurrent.ConcurrentHashMap", Form::kMap},
      {"java.util.Collections$UnmodifiableMap", Form::kMap},
      {"java.util.Collections$SynchronizedMap", Form::kMap},
      {"java.util.ImmutableCollections$MapN", Form::kMap},
      {"java.util.ImmutableCollections$Map1", Form::kMap},
      {"java.util.TreeMap", Form::kSortedMap},
      {"java.util.concurrent.ConcurrentSkipListMap", Form::kSkipListMap},
      {"java.util.EnumMap", Form::kEnumMap},
      {"java.util.RegularEnumSet", Form::kEnumSet},
      {"java.util.JumboEnumSet", Form::kEnumSet},
      {"java.util.Arrays$ArrayList", Form::kArraysList},
      {"java.util.Collections$EmptyList", Form::kNothing},
      {"java.util.Collections$EmptySet", Form::kNothing},
      {"java.util.Collections$EmptyMap", Form::kNothing},
      {"java.util.Collections$ReverseComparator", Form::kNothing},
      {"java.lang.String$CaseInsensitiveComparator", Form::kNothing},
      {"java.util.Collections$SingletonList", Form::kSingleton},
      {"java.util.Collections$SingletonSet", Form::kSingleton},
      {"java.util.Collections$SingletonMap", Form::kSingletonMap},
      {"java.util.Optional", Form::kHolder},
      {"java.util.concurrent.atomic.AtomicReference", Form::kHolder},
      {"java.util.OptionalInt", Form::kOptionalInt},
      {"java.util.OptionalLong", Form::kOptionalLong},
      {"java.util.OptionalDouble", Form::kOptionalDouble},
      {"java.util.concurrent.atomic.AtomicBoolean", Form::kAtomicBoolean},
      {"java.util.concurrent.atomic.AtomicInteger", Form::kAtomicInteger},
      {"java.util.concurrent.atomic.AtomicLong", Form::kAtomicLong},
  };
  return table;
}

std::optional<Form> form_of(std::string_view class_name) {
  const auto found = forms().find(class_name);
  return found == forms().end() ? std::nullopt : std::optional(found->second);
}

bool is_box(std::string_view class_name) { return form_of(class_name) == Form::kBox; }

// Nothing for a class that boxes no primitive.
std::string_view primitive_in(std::string_view box) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 9> kPrimitives = {{
      {"java.lang.Integer", "int"},
      {"java.lang.Float", "float"},
      {"java.lang.Boolean", "boolean"},
      {"java.lang.Byte", "byte"},
      {"java.lang.Character", "char"},
      {"java.lang.Short", "short"},
      {"java.lang.Long", "long"},
      {"java.lang.Double", "double"},
      {kVoid, "void"},  // is registered without a box
  }};
  for (const auto& [boxed, primitive] : kPrimitives) {
    if (boxed == box) return primitive;
  }
  return {};
}

// Arrays of final classes are written without the classes of their elements.
constexpr std::array<std::string_view, 11> kFinalClasses = {
    "java.lang.String",   "java.util.UUID",          "java.net.URI",
    "java.net.URL",       "java.util.Locale",        "java.util.regex.Pattern",
    "java.lang.Class",    "java.lang.StringBuilder", "java.lang.StringBuffer",
    "java.util.Optional", "java.util.Currency"};
constexpr std::array<std::string_view, 9> kOpenClasses = {
    "java.lang.Object", "java.io.Serializable", "java.lang.Comparable",
    "java.lang.Number", "java.util.List",       "java.util.Collection",
    "java.util.Set",    "java.util.Map",        "java.lang.CharSequence"};

template <typename Names>
bool contains(const Names& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// Nothing for a class of which that is not known.
std::optional<bool> is_final(std::string_view class_name) {
  if (class_name.starts_with("[")) {
    if (!class_name.starts_with("[L")) {
      return class_name.size() == 2 ? std::optional(true) : is_final(class_name.substr(1));
    }
    return is_final(class_name.substr(2, class_name.size() - 3));
  }
  if (is_box(class_name) || is_kryo_time(class_name) || contains(kFinalClasses, class_name)) {
    return class_name != "java.time.ZoneRegion";
  }
  if (form_of(class_name) || contains(kOpenClasses, class_name)) return false;
  return std::nullopt;
}

class Reader final : private KryoInnerObjects {
 public:
  Reader(ByteReader& in, const KryoClasses& classes, KryoRelease release)
      : in_(in, release), classes_(classes), release_(release) {}

  KryoValue read() {
    KryoValue value;
    value.root = class_and_object();
    value.graph = std::move(nodes_);
    return value;
  }

 private:
  bool is_kryo5() const { return release_ == KryoRelease::kKryo5; }

  std::size_t add(KryoNode node) {
    nodes_.push_back(std::move(node));
    return nodes_.size() - 1;
  }
  std::size_t null_node() { return add({}); }

  // Nothing for null.
  std::optional<std::string> read_class(ClassUse use = ClassUse::kOfObject) {
    const std::uint64_t at = in_.in().offset();
    const std::uint32_t code = in_.varint("Kryo class");
    if (code == kNull) return std::nullopt;
    if (code == kByName) return class_by_name();
    const std::string_view name = classes_.name(code - 2, release_);
    if (name.empty()) throw KryoUnknown({});
    if (name.size() > kLongestName) throw KryoUnknown("class with a long name");
    if (name == kVoid && use == ClassUse::kOfObject) {
      in_.in().fail_at(at, "an object of class void");
    }
    return std::string(name);
  }

  std::string class_by_name() {
    const std::uint64_t at = in_.in().offset();
    const std::uint32_t number = in_.varint("Kryo class name");
    if (number > names_.size()) in_.in().fail_at(at, "a Kryo class name that was not given yet");
    if (number == names_.size()) names_.push_back(in_.required_string("Kryo class name"));
    if (names_[number].size() > kLongestName) throw KryoUnknown("class with a long name");
    return names_[number];
  }

  std::size_t class_and_object() {
    const std::optional<std::string> name = read_class();
    return name ? object(*name) : null_node();
  }

  // With the mark in front, where the class has one.
  std::size_t object(const std::string& name) {
    return is_box(name) ? box(name) : marked_object(name);
  }

  // An object or null: here boxes have a mark as well, though they take no number.
  std::size_t object_or_null(const std::string& name) {
    if (!is_box(name)) return marked_object(name);
    return in_.varint("Kryo mark") == kNull ? null_node() : box(name);
  }

  std::size_t marked_object(const std::string& name) {
    const std::uint64_t at = in_.in().offset();
    const std::uint32_t mark = in_.varint("Kryo mark");
    if (mark == kNull) return null_node();
    if (mark >= kFirstReference) {
      if (mark - kFirstReference >= references_.size()) {
        in_.in().fail_at(at, "a reference to an object that was not read yet");
      }
      return references_[mark - kFirstReference];
    }
    const std::size_t index = add({});
    nodes_[index].text = name;
    references_.push_back(index);
    if (++depth_ > kMaxDepth) in_.in().fail("Kryo objects nested too deep");
    KryoNode node = body(name);
    if (node.kind == KryoKind::kList || node.kind == KryoKind::kMap) node.text = name;
    nodes_[index] = std::move(node);
    --depth_;
    return index;
  }

  void begin_object() override {
    if (in_.varint("Kryo mark") != kNew) throw KryoUnknown("java.time object that is shared");
    references_.push_back(null_node());
  }

  // Copied into each text that has it inside.
  std::string read_text_object() override { return short_text(class_and_object()); }

  // A field of class String; empty for null.
  std::string text_field() { return short_text(marked_object("java.lang.String")); }

  // Empty for null.
  const std::string& short_text(std::size_t index) {
    const KryoNode& node = nodes_[index];
    // An object that is still being read looks like null, but has the name of its class.
    const bool is_null = node.kind == KryoKind::kNull && node.text.empty();
    if (node.kind != KryoKind::kText && !is_null) in_.in().fail("an object in the place of a text");
    if (node.text.size() > kLongestName) throw KryoUnknown("long text inside another");
    return node.text;
  }

  // A text or number is taken over, so that it can name an entry; what is large is only referred to.
  KryoNode held(std::size_t index) {
    const KryoNode& inner = nodes_[index];
    // An object that is still being read looks like null.
    const bool plain = inner.kind > KryoKind::kNull && inner.kind <= KryoKind::kText &&
                       inner.text.size() <= kLongestName;
    if (plain) return KryoNode(inner);
    KryoNode node;
    node.kind = KryoKind::kOther;
    node.children = {index};
    return node;
  }

  KryoNode body(const std::string& name) {
    const std::string_view serializer = classes_.serializer(name);
    if (!serializer.empty()) return chosen(name, serializer);
    if (name.starts_with("[")) return array(name);
    if (is_kryo_time(name)) return text(read_kryo_time(name, release_, in_, *this));
    const std::optional<Form> form = form_of(name);
    return form ? known(*form, name) : throwable(name);
  }

  // By a serializer that the job chose.
  KryoNode chosen(const std::string& name, std::string_view serializer) {
    // Of Chill: a message as its bytes.
    if (serializer.ends_with(".ProtobufSerializer") || serializer.ends_with(".TBaseSerializer")) {
      const std::uint32_t size = in_.varint("message length");
      return bytes(in_.in().take(size, "message"));
    }
    if (serializer.ends_with(".JavaSerializer")) return java_stream();
    throw KryoUnknown(name);
  }

  // Flink gives Throwable, which only the class itself tells, to Java: the stream names the class.
  KryoNode throwable(const std::string& name) {
    constexpr std::array<std::uint8_t, 4> kJavaStream = {0xAC, 0xED, 0x00, 0x05};
    const Bytes next = in_.in().peek(kJavaStream.size());
    if (!std::equal(next.begin(), next.end(), kJavaStream.begin(), kJavaStream.end())) {
      throw KryoUnknown(name);
    }
    KryoNode node = java_stream();
    if (node.java.class_name() != name) throw KryoUnknown(name);
    return node;
  }

  KryoNode java_stream() {
    // All of a value are one stream, whose header stands before the first object only.
    if (std::exchange(has_java_stream_, true)) throw KryoUnknown("second Java object");
    KryoNode node;
    node.kind = KryoKind::kJava;
    node.java = read_java_stream(in_.in());
    return node;
  }

  KryoNode known(Form form, const std::string& name) {
    switch (form) {
      case Form::kBox:
        break;
      case Form::kString:
      case Form::kRawText:
        return text(in_.required_string(name));
      case Form::kPatternText:
        return pattern();
      case Form::kUrl:
        return url();
      case Form::kBigInteger:
        return text(big_integer());
      case Form::kBigDecimal: {
        const std::string digits = big_integer();
        return text(to_plain_decimal(digits, in_.zigzag("scale")));
      }
      case Form::kDate:
        return text(
            iso_date_time_of_millis(static_cast<std::int64_t>(in_.varlong("ms")), Zone::kUtc));
      case Form::kTimestamp:
        return timestamp();
      case Form::kUuid:
        return uuid();
      case Form::kBitSet:
        return bit_set();
      case Form::kAddress: {
        const std::string host = in_.required_string("host");
        return text(fmt::format("{}:{}", host, in_.varint("port")));
      }
      case Form::kLocale:
        return locale();
      case Form::kJavaStream:
        return java_stream();
      case Form::kClass:
        return class_value();
      case Form::kCalendar:
        return calendar();
      case Form::kNothing:
        return nothing(name);
      case Form::kSingleton:
        return list({class_and_object()});
      case Form::kSingletonMap: {
        const std::size_t key = class_and_object();
        return map({key, class_and_object()});
      }
      case Form::kHolder:
        return held(class_and_object());
      case Form::kAtomicBoolean:
        return integer(KryoKind::kBoolean, in_.zigzag("value") != 0 ? 1 : 0);
      case Form::kAtomicInteger:
        return integer(KryoKind::kInt, in_.zigzag("value"));
      case Form::kAtomicLong:
        return integer(KryoKind::kLong, in_.zigzag_long("value"));
      case Form::kOptionalInt:
      case Form::kOptionalLong:
      case Form::kOptionalDouble:
        return optional_number(form);
      default:
        return container(form);
    }
    throw KryoUnknown(name);
  }

  KryoNode container(Form form) {
    switch (form) {
      case Form::kCollection:
        return is_kryo5() ? list(flagged_elements(flagged_size(), true)) : list(elements(size()));
      case Form::kImmutableCollection:
        return is_kryo5() ? list(flagged_elements(flagged_size(), false)) : list(elements(size()));
      case Form::kSortedSet:
      case Form::kPriorityQueue: {
        if (!is_kryo5()) {
          class_and_object();  // the comparator
          return list(elements(size()));
        }
        const FlaggedLength length = flagged_size();
        class_and_object();
        return list(flagged_elements(length, true));
      }
      case Form::kArraysList:
        if (is_kryo5()) return list(flagged_elements(flagged_size(), true));
        return arrays_list();
      case Form::kMap:
        return map(entries(map_size()));
      case Form::kSkipListMap:
        return is_kryo5() ? sorted_map() : map(entries(map_size()));
      case Form::kSortedMap:
        return sorted_map();
      case Form::kEnumMap:
        return enum_map();
      default:
        return enum_set();
    }
  }

  // Numbers, text -------------------------------------------------------------------------------

  static KryoNode text(std::string value) {
    KryoNode node;
    node.kind = KryoKind::kText;
    node.text = std::move(value);
    return node;
  }
  static KryoNode integer(KryoKind kind, std::int64_t value) {
    KryoNode node;
    node.kind = kind;
    node.integer = value;
    return node;
  }
  static KryoNode number(KryoKind kind, double value) {
    KryoNode node;
    node.kind = kind;
    node.number = value;
    return node;
  }
  static KryoNode bytes(Bytes value) {
    KryoNode node;
    node.kind = KryoKind::kBytes;
    node.bytes.assign(value.begin(), value.end());
    return node;
  }
  static KryoNode list(std::vector<std::size_t> children) {
    KryoNode node;
    node.kind = KryoKind::kList;
    node.children = std::move(children);
    return node;
  }
  static KryoNode map(std::vector<std::size_t> children) {
    KryoNode node = list(std::move(children));
    node.kind = KryoKind::kMap;
    return node;
  }
  KryoNode nothing(const std::string& name) {
    return name == "java.util.Collections$EmptyMap" ? map({}) : list({});
  }

  KryoNode character(std::uint16_t unit) {
    std::string utf8;
    append_utf16_unit(unit, utf8);
    return text(std::move(utf8));
  }

  std::size_t box(std::string_view name) { return add(primitive(name)); }

  // A box, or the primitive of an array by its letter.
  KryoNode primitive(std::string_view name) {
    if (name == "java.lang.Integer" || name == "I") {
      return integer(KryoKind::kInt, in_.zigzag("int"));
    }
    if (name == "java.lang.Long" || name == "J") {
      return integer(KryoKind::kLong, in_.zigzag_long("long"));
    }
    if (name == "java.lang.Short" || name == "S") {
      return integer(KryoKind::kInt, in_.i16("short"));
    }
    if (name == "java.lang.Byte") {
      return integer(KryoKind::kInt, static_cast<std::int8_t>(in_.u8("byte")));
    }
    if (name == "java.lang.Character" || name == "C") return character(in_.u16("char"));
    if (name == "java.lang.Boolean" || name == "Z") {
      return integer(KryoKind::kBoolean, in_.boolean("boolean") ? 1 : 0);
    }
    if (name == "java.lang.Float" || name == "F") {
      return number(KryoKind::kFloat, double{in_.f32("float")});
    }
    return number(KryoKind::kDouble, in_.f64("double"));
  }

  std::string big_integer() {
    const std::uint32_t size = in_.varint("number length");
    if (size < 2) throw KryoUnknown("null java.math.BigInteger");
    const Bytes digits = in_.in().take(size - 1, "number");
    if (digits.size() > kMaxPrintedNumberBytes) throw KryoUnknown("java.math.BigInteger");
    return to_decimal(digits);
  }

  KryoNode timestamp() {
    const auto ms = static_cast<std::int64_t>(in_.varlong("ms"));
    const std::uint32_t nanos = in_.varint("nanos");
    if (nanos > 999'999'999) in_.in().fail("nanos that are no part of a second");
    return text(iso_date_time(floor_div(ms, 1000), static_cast<std::int32_t>(nanos),
                              Fraction::kShortest, Zone::kUtc));
  }

  KryoNode uuid() {
    const std::int64_t most = is_kryo5() ? in_.i64("uuid") : in_.zigzag_long("uuid");
    const std::int64_t least = is_kryo5() ? in_.i64("uuid") : in_.zigzag_long("uuid");
    return text(uuid_text(static_cast<std::uint64_t>(most), static_cast<std::uint64_t>(least)));
  }

  // The indices of the bits that are set.
  KryoNode bit_set() {
    const std::size_t words = in_.in().checked_count(in_.varint("words"), 8, "words");
    std::vector<std::size_t> bits;
    for (std::size_t i = 0; i < words; ++i) {
      const auto word = static_cast<std::uint64_t>(in_.i64("bits"));
      for (std::size_t bit = 0; bit < 64; ++bit) {
        if ((word >> bit & 1) == 0) continue;
        bits.push_back(add(integer(KryoKind::kInt, static_cast<std::int64_t>(i * 64 + bit))));
      }
    }
    return list(std::move(bits));
  }

  // Language, country and variant as Locale.toString joins them.
  KryoNode locale() {
    if (!is_kryo5()) return java_stream();
    const std::string language = in_.required_string("language");
    const std::string country = in_.required_string("country");
    const std::string variant = in_.required_string("variant");
    std::string joined = language;
    if (!country.empty() || !variant.empty()) joined += "_" + country;
    if (!variant.empty()) joined += "_" + variant;
    return text(std::move(joined));
  }

  KryoNode pattern() {
    const std::string expression = in_.required_string("pattern");
    if (!is_kryo5()) return text(expression);
    const std::size_t flags = add(integer(KryoKind::kInt, in_.varint("flags")));
    return list({add(text(expression)), flags});
  }

  // Of Kryo 2.24 the fields, in the order of their names; the hash is -1 until it was asked for.
  KryoNode url() {
    if (is_kryo5()) return text(in_.required_string("url"));
    const std::string authority = text_field();
    const std::string file = text_field();
    in_.zigzag("hash");
    text_field();  // the host, which the authority has
    in_.zigzag("port");
    const std::string protocol = text_field();
    const std::string fragment = text_field();
    std::string joined = protocol + ":";
    if (!authority.empty()) joined += "//" + authority;
    joined += file;
    if (!fragment.empty()) joined += "#" + fragment;
    return text(std::move(joined));
  }

  KryoNode class_value() {
    const std::optional<std::string> name = read_class(ClassUse::kAsValue);
    const std::string_view primitive = name ? primitive_in(*name) : std::string_view();
    const bool has_flag = !is_kryo5() || !primitive.empty();
    if (has_flag && in_.boolean("primitive")) {
      if (primitive.empty()) in_.in().fail("a primitive without its box");
      return text(std::string(primitive));
    }
    return name ? text(*name) : KryoNode{};
  }

  KryoNode calendar() {
    const std::string zone = in_.required_string("zone");
    const auto ms = static_cast<std::int64_t>(in_.varlong("ms"));
    in_.boolean("lenient");
    in_.varint("first day of week");
    in_.varint("minimal days in first week");
    in_.zigzag_long("Gregorian change");
    KryoNode node;
    node.kind = KryoKind::kObject;
    node.text = "java.util.GregorianCalendar";
    node.names = {"time", "zone"};
    node.children = {add(text(iso_date_time_of_millis(ms, Zone::kUtc))), add(text(zone))};
    return node;
  }

  // Kryo 2.24 writes both fields; Kryo 5 the value where there is one.
  KryoNode optional_number(Form form) {
    const bool present = in_.boolean("present");
    if (is_kryo5() && !present) return {};
    KryoNode node;
    if (form == Form::kOptionalInt) {
      node = integer(KryoKind::kInt, is_kryo5() ? in_.i32("value") : in_.zigzag("value"));
    } else if (form == Form::kOptionalLong) {
      node = integer(KryoKind::kLong, is_kryo5() ? in_.i64("value") : in_.zigzag_long("value"));
    } else {
      node = number(KryoKind::kDouble, in_.f64("value"));
    }
    return present ? node : KryoNode{};
  }

  // Containers ----------------------------------------------------------------------------------

  std::size_t size() { return in_.in().checked_count(in_.varint("size"), 1, "size"); }

  std::size_t map_size() {
    const std::uint32_t stored = in_.varint("map size");
    if (!is_kryo5()) return in_.in().checked_count(stored, 2, "map size");
    if (stored == 0) throw KryoUnknown("null map");
    return in_.in().checked_count(stored - 1, 2, "map size");
  }

  FlaggedLength flagged_size() {
    FlaggedLength length = in_.flagged_varint("size");
    if (length.value == 0) throw KryoUnknown("null collection");
    --length.value;
    return length;
  }

  std::vector<std::size_t> elements(std::size_t count) {
    std::vector<std::size_t> children;
    for (std::size_t i = 0; i < count; ++i) children.push_back(class_and_object());
    return children;
  }

  // With the flag all elements are of one class, which stands in front.
  std::vector<std::size_t> flagged_elements(FlaggedLength length, bool may_hold_null) {
    if (!length.flag) return elements(in_.in().checked_count(length.value, 1, "size"));
    const std::optional<std::string> name = read_class();
    if (!name) return nulls(length.value);
    const std::size_t count = in_.in().checked_count(length.value, 1, "size");
    const bool nullable = may_hold_null && in_.boolean("may hold null");
    std::vector<std::size_t> children;
    for (std::size_t i = 0; i < count; ++i) {
      children.push_back(nullable ? object_or_null(*name) : object(*name));
    }
    return children;
  }

  std::vector<std::size_t> nulls(std::uint32_t count) {
    if (count > kMaxNulls) throw KryoUnknown("collection of nulls");
    return std::vector<std::size_t>(count, null_node());
  }

  std::vector<std::size_t> entries(std::size_t count) {
    std::vector<std::size_t> children;
    for (std::size_t i = 0; i < 2 * count; ++i) children.push_back(class_and_object());
    return children;
  }

  KryoNode sorted_map() {
    if (!is_kryo5()) class_and_object();  // the comparator
    const std::size_t count = map_size();
    if (is_kryo5()) class_and_object();
    return map(entries(count));
  }

  // Of Chill. The component's class is that of the array, the elements say their own.
  KryoNode arrays_list() {
    const std::uint32_t count = in_.varint("size");
    read_class();
    return list(elements(in_.in().checked_count(count, 1, "size")));
  }

  KryoNode constant(const std::string& enum_name) {
    const std::uint64_t at = in_.in().offset();
    const std::uint32_t stored = in_.varint("enum ordinal");
    if (stored == 0) in_.in().fail_at(at, "an enum constant that is null");
    KryoNode node;
    node.kind = KryoKind::kObject;
    node.text = enum_name;
    node.names = {"ordinal"};
    node.children = {add(integer(KryoKind::kInt, stored - 1))};
    return node;
  }

  std::size_t marked_constant(const std::string& enum_name) {
    if (is_kryo5()) return add(constant(enum_name));
    const std::uint64_t at = in_.in().offset();
    const std::uint32_t mark = in_.varint("Kryo mark");
    if (mark == kNew) {
      const std::size_t index = add(constant(enum_name));
      references_.push_back(index);
      return index;
    }
    if (mark < kFirstReference || mark - kFirstReference >= references_.size()) {
      in_.in().fail_at(at, "a reference to an object that was not read yet");
    }
    return references_[mark - kFirstReference];
  }

  std::string enum_class() {
    const std::optional<std::string> name = read_class();
    if (!name) in_.in().fail("an enum without a class");
    return *name;
  }

  KryoNode enum_map() {
    std::vector<std::size_t> children;
    const std::size_t count = map_size();
    for (std::size_t i = 0; i < count; ++i) {
      children.push_back(marked_constant(enum_class()));
      children.push_back(class_and_object());
    }
    return map(std::move(children));
  }

  KryoNode enum_set() {
    const std::string name = enum_class();
    std::vector<std::size_t> children;
    const std::size_t count = size();
    for (std::size_t i = 0; i < count; ++i) children.push_back(add(constant(name)));
    return list(std::move(children));
  }

  // Arrays --------------------------------------------------------------------------------------

  KryoNode array(const std::string& name) {
    const std::uint32_t stored = in_.varint("array length");
    if (stored == 0) throw KryoUnknown("null array");
    const std::string component = name.substr(1);
    if (component == "B") return bytes(in_.in().take(stored - 1, "array"));
    const std::size_t count = in_.in().checked_count(stored - 1, 1, "array length");
    return list(component.size() == 1 ? primitives(component, count)
                                      : array_elements(component, count));
  }

  std::vector<std::size_t> primitives(const std::string& letter, std::size_t count) {
    std::vector<std::size_t> children;
    for (std::size_t i = 0; i < count; ++i) children.push_back(add(primitive(letter)));
    return children;
  }

  std::vector<std::size_t> array_elements(const std::string& component, std::size_t count) {
    const std::string name =
        component.starts_with("L") ? component.substr(1, component.size() - 2) : component;
    const std::optional<bool> final = is_final(name);
    if (!final) throw KryoUnknown(name);
    if (!*final) return elements(count);
    std::vector<std::size_t> children;
    for (std::size_t i = 0; i < count; ++i) children.push_back(object_or_null(name));
    return children;
  }

  KryoInput in_;
  const KryoClasses& classes_;
  KryoRelease release_;
  KryoGraph nodes_;
  std::vector<std::string> names_;       // of classes, in the order of their first use
  std::vector<std::size_t> references_;  // nodes by their number
  bool has_java_stream_ = false;
  int depth_ = 0;
};

}  // namespace

KryoValue read_kryo_value(ByteReader& in, const KryoClasses& classes, KryoRelease release) {
  return Reader(in, classes, release).read();
}

bool is_known_to_kryo(std::string_view class_name) {
  return form_of(class_name).has_value() || is_kryo_time(class_name) ||
         (class_name.starts_with("[") && class_name.size() == 2);
}

}  // namespace savvy
