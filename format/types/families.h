// The families of serializers. Each file of this folder adds its own; make_serializer_registry()
// calls them all.

#pragma once

#include "format/serializer_registry.h"

namespace savvy {

void add_scalar_types(SerializerRegistry& registry);
void add_string_types(SerializerRegistry& registry);
void add_number_types(SerializerRegistry& registry);
void add_time_types(SerializerRegistry& registry);
void add_array_types(SerializerRegistry& registry);
void add_list_types(SerializerRegistry& registry);
void add_map_types(SerializerRegistry& registry);
void add_tuple_types(SerializerRegistry& registry);
void add_python_types(SerializerRegistry& registry);
void add_row_types(SerializerRegistry& registry);
void add_wrapper_types(SerializerRegistry& registry);
void add_enum_types(SerializerRegistry& registry);
void add_value_types(SerializerRegistry& registry);
void add_pojo_types(SerializerRegistry& registry);
void add_variant_types(SerializerRegistry& registry);
void add_window_types(SerializerRegistry& registry);
void add_streaming_types(SerializerRegistry& registry);
void add_transaction_types(SerializerRegistry& registry);
void add_cep_types(SerializerRegistry& registry);
void add_row_data_types(SerializerRegistry& registry);
void add_table_types(SerializerRegistry& registry);
void add_sequenced_row_types(SerializerRegistry& registry);
void add_avro_types(SerializerRegistry& registry);
void add_scala_types(SerializerRegistry& registry);
void add_kryo_types(SerializerRegistry& registry);
void add_java_types(SerializerRegistry& registry);
void add_legacy_types(SerializerRegistry& registry);

}  // namespace savvy
