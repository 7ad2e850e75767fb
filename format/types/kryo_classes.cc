#include <array>
#include <set>
#include <utility>

#include "format/types/kryo_reader.h"

namespace savvy {
namespace {

constexpr std::array<std::string_view, 10> kFirst = {"java.lang.Integer", "java.lang.String",
                                                     "java.lang.Float",   "java.lang.Boolean",
                                                     "java.lang.Byte",    "java.lang.Character",
                                                     "java.lang.Short",   "java.lang.Long",
                                                     "java.lang.Double",  "void"};
constexpr std::size_t kScalaEnd = 73;
// FlinkChillPackageRegistrar.
constexpr std::array<std::string_view, 12> kChill = {"java.util.Arrays$ArrayList",
                                                     "java.util.BitSet",
                                                     "java.util.PriorityQueue",
                                                     "java.util.regex.Pattern",
                                                     "java.sql.Date",
                                                     "java.sql.Time",
                                                     "java.sql.Timestamp",
                                                     "java.net.URI",
                                                     "java.net.InetSocketAddress",
                                                     "java.util.UUID",
                                                     "java.util.Locale",
                                                     "java.text.SimpleDateFormat"};

// A class that is registered already takes no second id, unless with a serializer.
void add_registrations(const KryoConfig& config, std::vector<std::string>& names) {
  std::set<std::string> known(names.begin(), names.end());
  for (const KryoRegistration& registration : config.registrations) {
    const std::string& name = registration.class_name;
    const bool chosen = !registration.serializer_class.empty();
    const bool fresh = known.insert(name).second;
    if (name.empty() || chosen || fresh) names.push_back(name);
  }
}

}  // namespace

KryoClasses::KryoClasses(const KryoConfig& config)
    : names_(kFirst.begin(), kFirst.end()), bare_names_(kFirst.begin(), kFirst.end() - 1) {
  names_.resize(kScalaEnd);
  names_.insert(names_.end(), kChill.begin(), kChill.end());
  for (const KryoRegistration& registration : config.registrations) {
    if (!registration.serializer_class.empty()) {
      serializers_.emplace(registration.class_name, registration.serializer_class);
    }
  }
  add_registrations(config, names_);
  add_registrations(config, bare_names_);
  // The first that is said of a class holds.
  serializers_.insert(config.default_serializers.begin(), config.default_serializers.end());
}

std::string_view KryoClasses::name(std::uint32_t id, KryoRelease release) const {
  // Without the runtime on the class path nobody registers Chill's classes, and those of the job
  // follow the first ones. In Flink 1.x Scala's classes have these ids, which 2.x does without.
  const bool is_bare = release == KryoRelease::kKryo5 && id < kScalaEnd;
  const std::vector<std::string>& names = is_bare ? bare_names_ : names_;
  if (id >= names.size()) return {};
  return names[id];
}

std::string_view KryoClasses::serializer(std::string_view class_name) const {
  const auto found = serializers_.find(class_name);
  return found == serializers_.end() ? std::string_view{} : std::string_view(found->second);
}

}  // namespace savvy
