// What all RocksDB instances of the process share: one block cache and one budget of memtables, so
// that memory has one bound whatever the number of stores.
#pragma once

#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/options.h>
#include <rocksdb/write_buffer_manager.h>

#include <expected>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace optare {

struct RocksBudget {
  std::size_t block_cache_bytes = 32U << 20U;
  // Charged to the cache too, so the cache's size bounds both.
  std::size_t memtables_bytes = 16U << 20U;
};

class RocksResources {
 public:
  // `env`: the files; tests pass one that fails. It outlives this.
  explicit RocksResources(RocksBudget budget = {}, rocksdb::Env* env = rocksdb::Env::Default());

  // The settings of every instance (dependencies measured: bloom filters and a cache that fits
  // matter).
  rocksdb::Options options(std::size_t memtable_bytes) const;
  rocksdb::Env* env() const { return env_; }
  // So much more than the budget for memtables, until other bytes are lent. Blocks keep their share
  // of the cache. Thread: any.
  void lend(std::size_t memtables_bytes) const;

 private:
  RocksBudget budget_;
  rocksdb::Env* env_;
  std::shared_ptr<rocksdb::Cache> cache_;
  std::shared_ptr<rocksdb::WriteBufferManager> memtables_;
};

enum class OpenMode : std::uint8_t { write, read_only };

// Whether it says that files are not what was written: others than a disk that fails for now.
bool says_damaged(const rocksdb::Status& status);

// Why one cannot be opened.
struct RocksRefusal {
  std::string text;  // a sentence for a person
  bool no_space = false;
  bool damaged = false;
};

// Opens DIR/..., made when missing (mode write). `format` says what is in it and in which layout;
// one that holds another is refused.
std::expected<std::unique_ptr<rocksdb::DB>, RocksRefusal> open_rocks(
    rocksdb::Options options, const std::filesystem::path& directory, OpenMode mode,
    std::string_view format);

// The row in which the format stands; behind every other key.
inline constexpr std::string_view format_key =
    "\xff"
    "format";

// SST files and memtables.
std::uint64_t rocks_bytes(rocksdb::DB& db);

}  // namespace optare
