// Random bytes, fit for keys.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>

#include "core/base/encoding.h"

namespace optare {

class Random {
 public:
  virtual ~Random() = default;
  // Thread-safe.
  virtual void fill(std::span<std::uint8_t> out) = 0;

  template <std::size_t N>
  std::array<std::uint8_t, N> bytes() {
    std::array<std::uint8_t, N> out;
    fill(out);
    return out;
  }
  // `prefix` and 128 random bits in base62.
  std::string id(std::string_view prefix) { return std::string(prefix) + base62(bytes<16>()); }
};

}  // namespace optare
