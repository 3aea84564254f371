#include "core/rocksdb/resources.h"

#include <fmt/format.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/table.h>

#include "core/rocksdb/quiet_logger.h"

namespace optare {
namespace {

// Table readers kept open: enough for a view of a million rows, and far from the usual limit of
// 1,024.
constexpr int open_files_max = 256;

// A block that does not fit into one shard is read again at each use. The filter of a full table
// does not fit into the half MiB that RocksDB would choose.
constexpr std::size_t cache_shard_bytes_min = 8U << 20U;

int cache_shard_bits(std::size_t cache_bytes) {
  int bits = 0;
  while (bits < 6 && (cache_bytes >> (bits + 1)) >= cache_shard_bytes_min) ++bits;
  return bits;
}

using Opened = std::expected<std::unique_ptr<rocksdb::DB>, RocksRefusal>;

std::string explain(const rocksdb::Status& status, const std::filesystem::path& directory) {
  const std::string text = status.ToString();
  if (status.IsNoSpace()) {
    return fmt::format(
        "{} cannot be opened for writing, its disk is full: make room. Nothing in it is lost",
        directory.string());
  }
  // Of the lock itself; that its file cannot be made is said otherwise, and is another trouble.
  if (text.find("While lock file") != std::string::npos ||
      text.find("lock hold by") != std::string::npos) {
    return fmt::format(
        "{} is in use by another process: stop it first (only replay reads beside it)",
        directory.string());
  }
  return fmt::format("cannot open {}: {}", directory.string(), text);
}

RocksRefusal refusal(const rocksdb::Status& status, const std::filesystem::path& directory) {
  return {.text = explain(status, directory),
          .no_space = status.IsNoSpace(),
          .damaged = says_damaged(status)};
}

// A new instance gets its format, an old one must have the same.
std::expected<void, RocksRefusal> check_format(rocksdb::DB& db,
                                               const std::filesystem::path& directory,
                                               OpenMode mode, std::string_view format) {
  std::string found;
  const rocksdb::Status status = db.Get({}, format_key, &found);
  if (status.ok() && found == format) return {};
  if (status.ok()) {
    return std::unexpected(RocksRefusal{
        fmt::format("{} holds '{}' and this build reads '{}': use the build that wrote it",
                    directory.string(), found, format)});
  }
  if (!status.IsNotFound()) return std::unexpected(refusal(status, directory));
  const std::unique_ptr<rocksdb::Iterator> rows(db.NewIterator({}));
  rows->SeekToFirst();
  if (rows->Valid() || mode == OpenMode::read_only) {
    return std::unexpected(
        RocksRefusal{fmt::format("{} does not hold '{}' of Optare", directory.string(), format)});
  }
  rocksdb::WriteOptions synced;
  synced.sync = true;
  const rocksdb::Status written =
      db.Put(synced, format_key, rocksdb::Slice(format.data(), format.size()));
  if (!written.ok()) return std::unexpected(refusal(written, directory));
  return {};
}

}  // namespace

RocksResources::RocksResources(RocksBudget budget, rocksdb::Env* env)
    : budget_(budget),
      env_(env),
      cache_(rocksdb::NewLRUCache(budget.block_cache_bytes,
                                  cache_shard_bits(budget.block_cache_bytes))),
      memtables_(std::make_shared<rocksdb::WriteBufferManager>(budget.memtables_bytes, cache_)) {}

void RocksResources::lend(std::size_t memtables_bytes) const {
  cache_->SetCapacity(budget_.block_cache_bytes + memtables_bytes);
  memtables_->SetBufferSize(budget_.memtables_bytes + memtables_bytes);
}

rocksdb::Options RocksResources::options(std::size_t memtable_bytes) const {
  rocksdb::Options options;
  options.env = env_;
  options.create_if_missing = true;
  options.write_buffer_manager = memtables_;
  options.write_buffer_size = memtable_bytes;
  options.max_write_buffer_number = 2;
  options.max_background_jobs = 2;
  options.max_open_files = open_files_max;
  options.skip_stats_update_on_db_open = true;
  options.stats_dump_period_sec = 0;
  options.stats_persist_period_sec = 0;
  // No file of its own words: on a full disk writing to it again aborts the process (Debian builds
  // RocksDB with its assertions). What goes wrong comes as a status, and is told by us.
  options.info_log = std::make_shared<QuietLogger>();
  options.recycle_log_file_num = 4;  // a sync of a file that does not grow is the cheaper one
  options.compression = rocksdb::kLZ4Compression;
  // Faults are ours to handle (reopen), not a background thread's to retry.
  options.max_bgerror_resume_count = 0;

  rocksdb::BlockBasedTableOptions table;
  table.block_cache = cache_;
  table.cache_index_and_filter_blocks = true;
  table.pin_l0_filter_and_index_blocks_in_cache = true;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  table.checksum = rocksdb::kXXH3;
  table.format_version = 5;
  table.data_block_index_type = rocksdb::BlockBasedTableOptions::kDataBlockBinaryAndHash;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return options;
}

bool says_damaged(const rocksdb::Status& status) {
  return status.IsCorruption() || status.IsPathNotFound();
}

Opened open_rocks(rocksdb::Options options, const std::filesystem::path& directory, OpenMode mode,
                  std::string_view format) {
  rocksdb::DB* opened = nullptr;
  rocksdb::Status status;
  if (mode == OpenMode::read_only) {
    options.create_if_missing = false;
    // That process may replace files between our listing and our opening them: look again.
    for (int attempt = 0; attempt < 5; ++attempt) {
      status = rocksdb::DB::OpenForReadOnly(options, directory.string(), &opened);
      if (status.ok()) break;
    }
  } else {
    if (options.env == rocksdb::Env::Default()) {
      std::error_code error;
      std::filesystem::create_directories(directory,
                                          error);  // what is wrong, the next call says better
    }
    status = rocksdb::DB::Open(options, directory.string(), &opened);
  }
  std::unique_ptr<rocksdb::DB> db(opened);
  if (!status.ok()) return std::unexpected(refusal(status, directory));
  if (auto same = check_format(*db, directory, mode, format); !same)
    return std::unexpected(same.error());
  return db;
}

std::uint64_t rocks_bytes(rocksdb::DB& db) {
  std::uint64_t files = 0;
  std::uint64_t memory = 0;
  db.GetIntProperty(rocksdb::DB::Properties::kTotalSstFilesSize, &files);
  db.GetIntProperty(rocksdb::DB::Properties::kCurSizeAllMemTables, &memory);
  return files + memory;
}

}  // namespace optare
