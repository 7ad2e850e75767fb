// All keyed state behind one handle, whatever layout it is in.
//
// Threads  sections may be opened and read by several threads at the same time
// Lives    what open() returns points into the source, which outlives it

#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "format/keyed_entry.h"
#include "format/keyed_schema.h"
#include "format/section_bounds.h"

namespace savvy {

// The entries of one key group, with all that must live while they are read.
class KeyGroupReader : public KeyedEntrySource {
 public:
  // Empty lists and maps met so far, by state id: they have no entry. Empty for layouts that do not
  // store them.
  virtual std::vector<std::uint64_t> empty_collections() const { return {}; }
};

class KeyedSource {
 public:
  virtual ~KeyedSource() = default;
  virtual const std::vector<KeyedStateSchema>& states() const = 0;
  // The key groups of the handle, ascending; how large they are may be an estimate, but 0 means
  // that there is nothing.
  virtual const std::vector<KeyGroupSection>& sections() const = 0;
  // What messages call it.
  virtual std::string_view name() const = 0;
  virtual std::unique_ptr<KeyGroupReader> open(const KeyGroupSection& section) const = 0;
  // At least the entries of these keys (as serialized, ascending, none twice) and all timers, in the
  // order in which open() gives them. A layout that can seek reads little else; others read the
  // section. Who wants these keys alone compares.
  virtual std::unique_ptr<KeyGroupReader> open_keys(const KeyGroupSection& section,
                                                    std::span<const ByteVector>) const {
    return open(section);
  }
};

}  // namespace savvy
