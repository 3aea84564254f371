// Decoded rows that are asked for again and again, bounded. The follower's word always wins over a
// reader that fetched an older row meanwhile.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace optare {

template <class T>
class RowCache {
 public:
  using Value = std::shared_ptr<const T>;

  explicit RowCache(std::size_t rows_max) : shard_rows_max_(rows_max / shards_count + 1) {}

  // The cached value, or what `load` says (null: there is none; not remembered).
  Value get(std::string_view key, const std::function<Value()>& load) const {
    Shard& shard = shard_of(key);
    std::uint64_t generation = 0;
    {
      const std::scoped_lock lock(shard.mutex);
      if (const auto found = shard.rows.find(key); found != shard.rows.end()) return found->second;
      generation = shard.generation;
    }
    Value value = load();
    if (!value) return value;
    const std::scoped_lock lock(shard.mutex);
    if (shard.generation == generation) insert(shard, key, value);
    return value;
  }

  // The row was written: a cached one becomes what `decode` says, or goes when that is null. One
  // that nobody asked for is not cached now either.
  void renew(std::string_view key, const std::function<Value()>& decode) {
    Shard& shard = shard_of(key);
    const std::scoped_lock lock(shard.mutex);
    ++shard.generation;
    const auto found = shard.rows.find(key);
    if (found == shard.rows.end()) return;
    if (Value value = decode())
      found->second = std::move(value);
    else
      shard.rows.erase(found);
  }

  void clear() {
    for (Shard& shard : shards_) {
      const std::scoped_lock lock(shard.mutex);
      ++shard.generation;
      shard.rows.clear();
    }
  }

 private:
  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>{}(text);
    }
  };
  struct Shard {
    std::mutex mutex;
    std::uint64_t generation = 0;
    std::unordered_map<std::string, Value, TextHash, std::equal_to<>> rows;
  };
  static constexpr std::size_t shards_count = 16;

  Shard& shard_of(std::string_view key) const {
    return shards_[TextHash{}(key) / 7 % shards_count];
  }

  void insert(Shard& shard, std::string_view key, Value value) const {
    if (const auto found = shard.rows.find(key); found != shard.rows.end()) {
      found->second = std::move(value);
      return;
    }
    // Full: any row goes; a hot one is back at its next use.
    if (shard.rows.size() >= shard_rows_max_) shard.rows.erase(shard.rows.begin());
    shard.rows.emplace(key, std::move(value));
  }

  std::size_t shard_rows_max_;
  mutable std::array<Shard, shards_count> shards_;
};

}  // namespace optare
