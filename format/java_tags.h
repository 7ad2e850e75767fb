// The tags and flags of java.io.ObjectStreamConstants, and the limits of the parser. Private to
// java_stream. Tags and flags are written to disk, never change.

#pragma once

#include <cstddef>
#include <cstdint>

namespace savvy {

inline constexpr std::uint32_t kStreamHeader = 0xACED0005;
inline constexpr std::uint8_t kTagNull = 0x70;
inline constexpr std::uint8_t kTagReference = 0x71;
inline constexpr std::uint8_t kTagClassDescription = 0x72;
inline constexpr std::uint8_t kTagObject = 0x73;
inline constexpr std::uint8_t kTagString = 0x74;
inline constexpr std::uint8_t kTagArray = 0x75;
inline constexpr std::uint8_t kTagClass = 0x76;
inline constexpr std::uint8_t kTagBlock = 0x77;
inline constexpr std::uint8_t kTagEndBlock = 0x78;
inline constexpr std::uint8_t kTagLongBlock = 0x7A;
inline constexpr std::uint8_t kTagLongString = 0x7C;
inline constexpr std::uint8_t kTagProxyClass = 0x7D;
inline constexpr std::uint8_t kTagEnum = 0x7E;
inline constexpr std::uint8_t kFlagWriteMethod = 1;
inline constexpr std::uint8_t kFlagSerializable = 2;
inline constexpr std::uint8_t kFlagExternalizable = 4;
inline constexpr std::uint8_t kFlagBlockData = 8;
inline constexpr std::uint32_t kFirstHandle = 0x7E0000;

inline constexpr int kMaxDepth = 256;
inline constexpr int kMaxSuperclasses = 64;
// Each retry reads a part of the stream again; bounds the time of a stream made to fail.
inline constexpr int kMaxRetries = 64;
// Code and name.
inline constexpr std::size_t kMinFieldBytes = 1 + 2;

// Counts one level of nesting while it lives.
class JavaLevel {
 public:
  explicit JavaLevel(int& depth) : depth_(++depth) {}
  ~JavaLevel() { --depth_; }
  JavaLevel(const JavaLevel&) = delete;
  JavaLevel& operator=(const JavaLevel&) = delete;

 private:
  int& depth_;
};

}  // namespace savvy
