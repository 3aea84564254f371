// Says of most keys that are in a table of the store that they are not there, without a look at it.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>

namespace optare {

// A Bloom filter: 4 bits of each key in 128 KiB. Keys are added and never taken out; over
// `keys_max` it knows nothing more until it is cleared, and says "maybe" of all.
// Thread: `add` and `clear` from one, `may_hold` from any.
class KeyFilter {
 public:
  // At this number three keys of a hundred are looked for in vain.
  static constexpr std::size_t keys_max = 150'000;

  void add(std::string_view key) {
    if (++keys_ > keys_max) {
      full_ = true;
      return;
    }
    for (const std::size_t bit : bits_of(key)) {
      words_[bit / word_bits].fetch_or(1ULL << bit % word_bits, std::memory_order_relaxed);
    }
  }

  bool full() const { return full_; }

  // False: it was surely not added.
  bool may_hold(std::string_view key) const {
    if (full_) return true;
    for (const std::size_t bit : bits_of(key)) {
      const std::uint64_t word = words_[bit / word_bits].load(std::memory_order_relaxed);
      if ((word >> bit % word_bits & 1U) == 0) return false;
    }
    return true;
  }

 private:
  static constexpr std::size_t word_bits = 64;
  static constexpr std::size_t bits = 1U << 20U;

  // 20 bits of the key's hash each, from both its ends.
  static std::array<std::size_t, 4> bits_of(std::string_view key) {
    const std::uint64_t hash = std::hash<std::string_view>{}(key);
    return {hash % bits, (hash >> 15U) % bits, (hash >> 30U) % bits, (hash >> 44U) % bits};
  }

  std::array<std::atomic<std::uint64_t>, bits / word_bits> words_{};
  std::atomic<bool> full_ = false;
  std::size_t keys_ = 0;
};

}  // namespace optare
