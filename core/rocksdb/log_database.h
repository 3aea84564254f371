// The log's records as RocksDB keeps them. No threads, no clock: the embedded log's lower half.
//
//   partition (4, big-endian) | offset (8, big-endian)      ->  time (8, ms since 1970) | record's
//   bytes 0xff "cut" partition (4)                                ->  first kept offset (8) | note
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "core/log/retained_log.h"
#include "core/rocksdb/instance.h"

namespace optare {

// Thread: reading, and what is asked of its state, from any; `write`, `reopen` and `distrust` from
// one at a time.
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

  static constexpr std::string_view is_the_truth = "Restore it from a back-up";
  static constexpr std::string_view is_a_copy =
      "It is this node's copy of the topics: delete it while the node is stopped, and the node "
      "reads it again from the brokers at its next start";

  // `when_damaged`: what to do then. Throws LogFault: cannot be opened, is in use, holds another
  // format.
  LogDatabase(const RocksResources& resources, std::filesystem::path directory, OpenMode mode,
              std::string_view when_damaged = is_the_truth);

  std::map<Partition, End> ends() const;               // throws LogFault
  std::map<Partition, RetainedLog::Cut> cuts() const;  // throws LogFault
  std::vector<LogRecord> read(Partition partition, std::uint64_t offset, std::uint64_t end,
                              std::size_t records_max) const;  // throws LogFault
  // `unsynced` outlives the process, not a power loss: for a copy of what others keep.
  enum class Durability : std::uint8_t { synced, unsynced };
  // All or nothing. When it says false, nobody knows whether it is on the disk before it is opened
  // again.
  [[nodiscard]] bool write(std::span<const Row> rows, Durability durability = Durability::synced);
  void drop_before(Partition partition, const RetainedLog::Cut& cut);  // throws LogFault
  std::uint64_t bytes() const;

  // Opens it again after a fault; true when it takes writes. When not, it can be read at best.
  //
  // What it recovers from the write-ahead log is rewritten into a synced file: the kernel may have
  // dropped pages whose sync failed.
  bool reopen() { return instance_.reopen().has_value(); }
  // It takes no more writes, for this reason, until it is opened again.
  void distrust(std::string reason) { instance_.fail(std::move(reason)); }
  bool writable() const { return instance_.writable(); }
  bool full() const { return instance_.full(); }           // the fault is a lack of room
  std::string fault() const { return instance_.fault(); }  // empty: there is none

 private:
  RocksInstance::Use use() const;  // throws LogFault
  void check(const rocksdb::Status& status) const;
  RocksInstance instance_;
};

}  // namespace optare
