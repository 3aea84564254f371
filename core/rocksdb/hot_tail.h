// The newest records of each partition in memory: the follower does not read back from RocksDB what
// was written a moment ago.
#pragma once

#include <algorithm>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <vector>

#include "core/log/admission.h"

namespace optare {

// Thread: safe.
class HotTail {
 public:
  HotTail(std::size_t records_max, std::size_t bytes_max)
      : records_max_(records_max), bytes_max_(bytes_max) {}

  // REQUIRES: in order, without a gap.
  void add(Partition partition, LogRecord record) {
    const std::scoped_lock lock(mutex_);
    if (records_max_ == 0) return;
    Tail& tail = tails_[partition];
    tail.bytes += record.bytes.size();
    tail.records.push_back(std::move(record));
    while (tail.records.size() > records_max_ || tail.bytes > bytes_max_) {
      tail.bytes -= tail.records.front().bytes.size();
      tail.records.pop_front();
    }
  }

  // None when `offset` is older than what is kept. Nothing from `end` on: it is kept a moment
  // before the log's end says that it is there. REQUIRES: offset < end.
  std::optional<std::vector<LogRecord>> read(Partition partition, std::uint64_t offset,
                                             std::uint64_t end, std::size_t records_max) const {
    const std::scoped_lock lock(mutex_);
    const auto found = tails_.find(partition);
    if (found == tails_.end() || found->second.records.empty()) return std::nullopt;
    const auto& records = found->second.records;
    if (offset < records.front().offset || offset > records.back().offset) return std::nullopt;
    const auto from =
        records.begin() + static_cast<std::ptrdiff_t>(offset - records.front().offset);
    const std::uint64_t told = std::min(end, records.back().offset + 1) - offset;
    const auto count = std::min<std::uint64_t>(records_max, told);
    return std::vector<LogRecord>(from, from + static_cast<std::ptrdiff_t>(count));
  }

  void clear() {
    const std::scoped_lock lock(mutex_);
    tails_.clear();
  }

 private:
  struct Tail {
    std::deque<LogRecord> records;
    std::size_t bytes = 0;
  };
  const std::size_t records_max_;
  const std::size_t bytes_max_;
  mutable std::mutex mutex_;
  std::map<Partition, Tail> tails_;
};

}  // namespace optare
