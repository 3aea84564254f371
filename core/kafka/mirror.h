// This node's copy of the topics that it follows: what is read here is read from it, also while no
// broker is there.
#pragma once

#include <array>
#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "core/rocksdb/hot_tail.h"
#include "core/rocksdb/log_database.h"

namespace optare {

struct MirrorLimits {
  // Kept in memory for the reader that follows.
  std::size_t tail_records_max = 4'096;
  std::size_t tail_bytes_max = 4U << 20U;
};

// Offsets are the topic's own, without a hole: where the topic has none of our records, an empty
// one of time 0 stands, which admission voids. Written without a sync: what a power loss takes, the
// brokers give again. After a failed write it is read as it is until it opens again; what is then
// missing cannot be read before it was fetched again.
//
// Thread: `write` and `reopen` from one, the others from any.
class Mirror {
 public:
  // Throws LogFault. `resources` outlives this.
  Mirror(const RocksResources& resources, std::filesystem::path directory, OpenMode mode,
         MirrorLimits limits = {});

  std::uint64_t end(Partition partition) const;
  // Throws LogFault.
  std::vector<LogRecord> read(Partition partition, std::uint64_t offset,
                              std::size_t records_max) const;
  // The newest record that stands in the topic too; none when there is none near the end.
  std::optional<LogRecord> last_real_record(Partition partition) const;  // throws LogFault
  // The oldest such; none when there is none near the beginning.
  std::optional<LogRecord> first_real_record(Partition partition) const;  // throws LogFault
  // REQUIRES: each offset is the end. False: nothing of it can be read, and `fault` says why.
  [[nodiscard]] bool write(Partition partition, std::vector<LogRecord> records);
  // After a fault: looks at the files afresh. False: it takes no writes yet.
  bool reopen();
  std::string fault() const;
  // Of the file system; none when it does not tell.
  std::optional<std::uint64_t> free_bytes() const;

 private:
  void take_ends();  // throws LogFault
  std::optional<LogRecord> real_record(Partition partition, std::uint64_t offset) const;

  const RocksResources& resources_;
  const std::filesystem::path directory_;
  LogDatabase database_;
  mutable std::mutex ends_mutex_;
  std::array<std::uint64_t, partitions.size()> ends_{};
  std::array<std::uint64_t, partitions.size()> reached_{};  // the highest that an end ever was
  HotTail tail_;
};

}  // namespace optare
