// The log's records as RocksDB keeps them. No threads, no clock: the embedded log's lower half.
//
//   partition (4, big-endian) | offset (8, big-endian)      ->  time (8, ms since 1970) | record's
//   bytes 0xff "cut" partition (4)                                ->  first kept offset (8) | note
#pragma once

#include <rocksdb/db.h>

#include <atomic>
#include <cstdint>
#include <expected>
#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/log/retained_log.h"
#include "core/rocksdb/resources.h"

namespace optare {

class LogDatabase {
 public:
  struct End {
    std::uint64_t offset = 0;  // one past the last record
    Timestamp time{};          // of the last record
  };
  struct Row {
    Partition partition{};
    std::uint64_t offset = 0;
    Timestamp time{};
    std::string_view bytes;
  };

  // Throws LogFault: cannot be opened, is in use, holds another format.
  LogDatabase(const RocksResources& resources, std::filesystem::path directory, OpenMode mode);
  ~LogDatabase();

  std::map<Partition, End> ends() const;               // throws LogFault
  std::map<Partition, RetainedLog::Cut> cuts() const;  // throws LogFault
  std::vector<LogRecord> read(Partition partition, std::uint64_t offset, std::uint64_t end,
                              std::size_t records_max) const;  // throws LogFault
  // `unsynced` outlives the process, not a power loss: for a copy of what others keep.
  enum class Durability : std::uint8_t { synced, unsynced };
  // All or nothing. When it says false, nobody knows whether it is on the disk.
  [[nodiscard]] bool write(std::span<const Row> rows, Durability durability = Durability::synced);
  void drop_before(Partition partition, const RetainedLog::Cut& cut);  // throws LogFault
  std::uint64_t bytes() const;
  // RocksDB met a fault in the background and takes no more writes: open it again.
  bool failed() const;
  const std::string& fault() const { return fault_; }  // of the last write that said false

 private:
  struct Listener;
  std::filesystem::path directory_;
  std::shared_ptr<Listener> listener_;
  std::unique_ptr<rocksdb::DB> db_;
  std::string fault_;
};

}  // namespace optare
