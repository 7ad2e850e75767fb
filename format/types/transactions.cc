#include "format/types/class_names.h"
#include "format/types/families.h"
#include "format/types/snapshot_type.h"

// Bytes   state = [bool has pending] pending | i32 n | n x pending | bool has context [| context]
//         pending = transaction | i64 start. The first flag exists: outer version 2 never, 3
//         always, 4 by its flag Kafka: transaction = bool has id [| utf] | i64 producer id | i16
//         epoch
//                context = i32 n | n x utf;   hint = i64 next free id | i32 last parallelism
// Source  TwoPhaseCommitSinkFunction.StateSerializer, FlinkKafkaProducer

namespace savvy {
namespace {

constexpr std::array<std::string_view, 2> kLabels = {"transaction", "context"};

class TwoPhaseCommitType final : public NestingType {
 public:
  TwoPhaseCommitType(SnapshotHead head, std::vector<TypePtr> nested, bool has_flag)
      : NestingType(std::move(head), std::move(nested)), has_flag_(has_flag) {}

  End decode(ByteReader& in, Extent extent, ValueSink& sink) const override {
    sink.begin_object();
    const End end = decode_parts(in, extent, sink);
    sink.end_object();
    return end;
  }

 protected:
  TypeDescription describe_data() const override {
    return describe_as("two_phase_commit_state", "TwoPhaseCommitState", kLabels);
  }

 private:
  End decode_parts(ByteReader& in, Extent extent, ValueSink& sink) const {
    sink.field("pendingTransaction");
    if (has_flag_ && !in.boolean("pending transaction flag")) {
      sink.null();
    } else if (decode_transaction(in, extent, sink) == End::kRestTaken) {
      return End::kRestTaken;
    }
    sink.field("pendingCommitTransactions");
    const std::size_t count = in.count(8 + child(0).min_bytes(), "pending commit count");
    sink.begin_array();
    End end = End::kKnown;
    for (std::size_t i = 0; i < count && end == End::kKnown; ++i) {
      end = decode_transaction(in, extent, sink);
    }
    sink.end_array();
    if (end == End::kRestTaken) return end;
    sink.field("context");
    if (in.boolean("context flag")) return child(1).decode(in, extent, sink);
    sink.null();
    return End::kKnown;
  }

  End decode_transaction(ByteReader& in, Extent extent, ValueSink& sink) const {
    sink.begin_object();
    sink.field("handle");
    const End end = child(0).decode(in, extent, sink);
    if (end == End::kKnown) {
      sink.field("transactionStartTime");
      sink.int64(in.i64("transaction start time"));
    }
    sink.end_object();
    return end;
  }

  bool has_flag_;
};

void emit_transaction(ByteReader& in, ValueSink& sink) {
  sink.begin_object();
  sink.field("transactionalId");
  if (in.boolean("transactional id flag")) {
    sink.string(in.utf("transactional id"));
  } else {
    sink.null();
  }
  sink.field("producerId");
  sink.int64(in.i64("producer id"));
  sink.field("epoch");
  sink.int32(in.i16("epoch"));
  sink.end_object();
}

void emit_context(ByteReader& in, ValueSink& sink) {
  sink.begin_object();
  sink.field("transactionalIds");
  sink.begin_array();
  const std::size_t count = in.count(2, "transactional id count");
  for (std::size_t i = 0; i < count; ++i) sink.string(in.utf("transactional id"));
  sink.end_array();
  sink.end_object();
}

void emit_hint(ByteReader& in, ValueSink& sink) {
  sink.begin_object();
  sink.field("nextFreeTransactionalId");
  sink.int64(in.i64("next free transactional id"));
  sink.field("lastParallelism");
  sink.int32(in.i32("last parallelism"));
  sink.end_object();
}

using Emit = void (*)(ByteReader&, ValueSink&);

class RecordType final : public SnapshotType {
 public:
  RecordType(SnapshotHead head, std::string_view name, Emit emit)
      : SnapshotType(std::move(head)), name_(name), emit_(emit) {}
  End decode(ByteReader& in, Extent, ValueSink& sink) const override {
    emit_(in, sink);
    return End::kKnown;
  }

 protected:
  TypeDescription describe_data() const override {
    return {"record", std::string(name_), {}, 0, {}, {}};
  }

 private:
  std::string_view name_;
  Emit emit_;
};

SimpleTypeFactory record(std::string_view name, Emit emit) {
  return [=](const SnapshotHead& head) -> TypePtr {
    return std::make_shared<RecordType>(head, name, emit);
  };
}

TypePtr read_two_phase_commit(SnapshotReader& reader, const SnapshotHead& head) {
  const std::int32_t outer = reader.read_composite_head(head);
  if (outer < 2 || outer > 4) reader.refuse(head, "unknown outer version");
  const bool has_flag = outer == 4 ? reader.in().boolean("null flag support") : outer == 3;
  return std::make_shared<TwoPhaseCommitType>(head, reader.read_nested(2), has_flag);
}

}  // namespace

void add_transaction_types(SerializerRegistry& registry) {
  for (const std::string_view package : {"functions.sink.", "functions.sink.legacy."}) {
    registry.add(
        join(kStreaming, join(package, "TwoPhaseCommitSinkFunction$StateSerializerSnapshot")),
        read_two_phase_commit);
  }
  for (const std::string_view producer : {"FlinkKafkaProducer$", "FlinkKafkaProducer011$"}) {
    const std::string prefix = join("org.apache.flink.streaming.connectors.kafka.", producer);
    registry.add_simple(join(prefix, "TransactionStateSerializer"),
                        record("KafkaTransactionState", emit_transaction));
    registry.add_simple(join(prefix, "ContextStateSerializer"),
                        record("KafkaTransactionContext", emit_context));
    registry.add_simple(join(prefix, "NextTransactionalIdHintSerializer"),
                        record("NextTransactionalIdHint", emit_hint));
  }
}

}  // namespace savvy
