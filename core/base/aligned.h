// FlatBuffers reads numbers in place, so its bytes must lie on an 8-byte boundary. Bytes cut out of
// a frame or a row may lie anywhere: then they are copied, once.
#pragma once

#include <cstdint>
#include <cstring>
#include <memory>
#include <span>

namespace optare {

// REQUIRES: `bytes` outlives this.
class Aligned {
 public:
  explicit Aligned(std::span<const std::uint8_t> bytes) : bytes_(bytes) {
    if (reinterpret_cast<std::uintptr_t>(bytes.data()) % alignment == 0) return;
    copy_ = std::make_unique<std::uint64_t[]>(bytes.size() / alignment + 1);
    std::memcpy(copy_.get(), bytes.data(), bytes.size());
    bytes_ = {reinterpret_cast<const std::uint8_t*>(copy_.get()), bytes.size()};
  }
  const std::uint8_t* data() const { return bytes_.data(); }
  std::size_t size() const { return bytes_.size(); }

 private:
  static constexpr std::size_t alignment = alignof(std::uint64_t);
  std::span<const std::uint8_t> bytes_;
  std::unique_ptr<std::uint64_t[]> copy_;
};

}  // namespace optare
