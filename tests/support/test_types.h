// Types for tests of the layouts, without the registry's families: one of every shape that the
// layouts tell apart.
//
// Bytes   Int i32 · Text u8 length, bytes · Void 00 · Empty nothing · List, Map, Ttl and Timer as
//         type.h says · Unknown cannot be walked

#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "format/errors.h"
#include "format/serializer_registry.h"
#include "format/type.h"

namespace savvy::testing {

class TestType : public Type {
 public:
  TestType(std::string name, Shape shape, std::vector<TypePtr> children = {}, std::string kind = {})
      : name_(std::move(name)),
        kind_(std::move(kind)),
        shape_(shape),
        children_(std::move(children)) {}
  TypeDescription describe() const override {
    TypeDescription description;
    description.name = name_;
    description.kind = kind_;
    return description;
  }
  Shape shape() const override { return shape_; }
  std::span<const TypePtr> children() const override { return children_; }

 private:
  std::string name_;
  std::string kind_;
  Shape shape_;
  std::vector<TypePtr> children_;
};

class IntType final : public TestType {
 public:
  IntType() : TestType("Int", Shape::kOther, {}, "int") {}
  End decode(ByteReader& in, Extent, ValueSink& sink) const override {
    sink.int32(in.i32("int"));
    return End::kKnown;
  }
  int fixed_length() const override { return 4; }
  std::size_t min_bytes() const override { return 4; }
};

class TextType final : public TestType {
 public:
  TextType() : TestType("Text", Shape::kString) {}
  End decode(ByteReader& in, Extent, ValueSink& sink) const override {
    const std::size_t size = in.u8("text length");
    const Bytes text = in.take(size, "text");
    sink.string(std::string(text.begin(), text.end()));
    return End::kKnown;
  }
};

class VoidType final : public TestType {
 public:
  VoidType() : TestType("Void", Shape::kVoid) {}
  End decode(ByteReader& in, Extent, ValueSink& sink) const override {
    in.take(1, "void");
    sink.null();
    return End::kKnown;
  }
  int fixed_length() const override { return 0; }  // as VoidNamespaceSerializer says
};

class EmptyType final : public TestType {
 public:
  EmptyType() : TestType("Empty", Shape::kOther) {}
  End decode(ByteReader&, Extent, ValueSink& sink) const override {
    sink.null();
    return End::kKnown;
  }
  std::size_t min_bytes() const override { return 0; }
};

class UnknownType final : public TestType {
 public:
  UnknownType() : TestType("Unknown", Shape::kOther) {}
  End decode(ByteReader& in, Extent extent, ValueSink& sink) const override {
    if (extent == Extent::kOpen) throw UnsupportedError("a value of Unknown cannot be walked");
    sink.opaque(in.rest("value"), "Unknown", "unknown here");
    return End::kRestTaken;
  }
  bool walkable() const override { return false; }
};

// List, Map, Ttl and Timer. Nothing is reported but that there is a value.
class ShellType final : public TestType {
 public:
  using TestType::TestType;
  End decode(ByteReader& in, Extent, ValueSink& sink) const override {
    walk(in);
    sink.null();
    return End::kKnown;
  }

 private:
  void walk(ByteReader& in) const {
    if (shape() == Shape::kTtl || shape() == Shape::kTimer) {
      in.i64("time");
      for (const TypePtr& child : children()) child->skip(in);
      return;
    }
    const std::size_t size = in.count(1, "size");
    for (std::size_t i = 0; i < size; ++i) {
      children()[0]->skip(in);
      if (shape() == Shape::kMap && !in.boolean("null flag")) children()[1]->skip(in);
    }
  }
};

inline TypePtr int_type() { return std::make_shared<IntType>(); }
inline TypePtr text_type() { return std::make_shared<TextType>(); }
inline TypePtr void_type() { return std::make_shared<VoidType>(); }
inline TypePtr empty_type() { return std::make_shared<EmptyType>(); }
inline TypePtr unknown_type() { return std::make_shared<UnknownType>(); }

// Snapshots of these types have their name as class, version 1 and their children as payload.
inline SerializerRegistry test_registry() {
  SerializerRegistry registry;
  const auto add_leaf = [&registry](std::string_view name, TypePtr type) {
    registry.add(name, [type](SnapshotReader&, const SnapshotHead&) { return type; });
  };
  add_leaf("Int", int_type());
  add_leaf("Text", text_type());
  add_leaf("Void", void_type());
  add_leaf("Empty", empty_type());
  add_leaf("Unknown", unknown_type());
  const auto add_shell = [&registry](std::string name, Shape shape, int child_count) {
    registry.add(name, [=](SnapshotReader& reader, const SnapshotHead&) -> TypePtr {
      std::vector<TypePtr> children;
      for (int i = 0; i < child_count; ++i) children.push_back(reader.read_snapshot());
      return std::make_shared<ShellType>(name, shape, std::move(children));
    });
  };
  add_shell("List", Shape::kList, 1);
  add_shell("Map", Shape::kMap, 2);
  add_shell("Ttl", Shape::kTtl, 1);
  add_shell("Timer", Shape::kTimer, 2);
  return registry;
}

}  // namespace savvy::testing
