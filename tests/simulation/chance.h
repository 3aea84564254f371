// Everything random of a simulation, from one seed: the same on every machine and compiler.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "core/base/time.h"
#include "core/ports/random.h"

namespace optare::simulation {

// splitmix64 (Steele, Lea, Flood 2014): small, and its sequence is part of no library.
class Chance {
 public:
  explicit Chance(std::uint64_t seed) : state_(seed) {}

  std::uint64_t next() {
    state_ += 0x9E3779B97F4A7C15ULL;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27U)) * 0x94D049BB133111EBULL;
    return z ^ (z >> 31U);
  }
  // 0 .. n-1. REQUIRES: n > 0.
  std::size_t below(std::uint64_t n) { return static_cast<std::size_t>(next() % n); }
  // True once in `n` times; never for 0.
  bool once_in(std::uint64_t n) { return n > 0 && below(n) == 0; }
  // Both ends included.
  Duration between(Duration from, Duration to) {
    return from + Duration(below(static_cast<std::uint64_t>((to - from).count()) + 1));
  }
  template <class Container>
  auto& pick(Container& container) {
    return container[below(container.size())];
  }
  // One that depends on this one's seed, and whose use does not disturb this one.
  Chance fork() { return Chance(next()); }

 private:
  std::uint64_t state_;
};

class SeededRandom final : public Random {
 public:
  explicit SeededRandom(Chance chance) : chance_(chance) {}
  void fill(std::span<std::uint8_t> out) override {
    for (std::uint8_t& byte : out) byte = static_cast<std::uint8_t>(chance_.next() >> 56U);
  }

 private:
  Chance chance_;
};

}  // namespace optare::simulation
