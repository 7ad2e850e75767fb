#include "format/serializer_registry.h"

#include <algorithm>

#include "format/types/families.h"

namespace savvy {
namespace {

bool is_canonical_name_of(std::string_view canonical, std::string_view name) {
  return std::equal(canonical.begin(), canonical.end(), name.begin(), name.end(),
                    [](char a, char b) { return a == b || (a == '.' && b == '$'); });
}

}  // namespace

void SerializerRegistry::add(std::string_view snapshot_class, SnapshotParser parser) {
  parsers_.insert_or_assign(std::string(snapshot_class), std::move(parser));
}

void SerializerRegistry::add_simple(std::string_view serializer_class, SimpleTypeFactory factory) {
  simple_types_.insert_or_assign(std::string(serializer_class), std::move(factory));
}

const SnapshotParser* SerializerRegistry::find(const std::string& snapshot_class) const {
  const auto found = parsers_.find(snapshot_class);
  return found == parsers_.end() ? nullptr : &found->second;
}

TypePtr SerializerRegistry::find_simple(std::string_view serializer_class,
                                        const SnapshotHead& head) const {
  const auto found = simple_types_.find(serializer_class);
  if (found != simple_types_.end()) return found->second(head);
  for (const auto& [name, factory] : simple_types_) {
    if (is_canonical_name_of(serializer_class, name)) return factory(head);
  }
  return nullptr;
}

SerializerRegistry make_serializer_registry(KryoRelease release) {
  SerializerRegistry registry;
  registry.set_kryo_release(release);
  add_scalar_types(registry);
  add_string_types(registry);
  add_number_types(registry);
  add_time_types(registry);
  add_array_types(registry);
  add_list_types(registry);
  add_map_types(registry);
  add_tuple_types(registry);
  add_python_types(registry);
  add_row_types(registry);
  add_wrapper_types(registry);
  add_enum_types(registry);
  add_value_types(registry);
  add_pojo_types(registry);
  add_variant_types(registry);
  add_window_types(registry);
  add_streaming_types(registry);
  add_transaction_types(registry);
  add_cep_types(registry);
  add_row_data_types(registry);
  add_table_types(registry);
  add_sequenced_row_types(registry);
  add_avro_types(registry);
  add_scala_types(registry);
  add_kryo_types(registry);
  add_java_types(registry);
  add_legacy_types(registry);
  return registry;
}

}  // namespace savvy
