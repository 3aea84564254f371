#include "core/memory/memory_log.h"

#include <algorithm>

#include "core/base/assert.h"

namespace optare {

MemoryLog::MemoryLog(const Clock& clock) : machine_clock_(clock), clock_(clock, Timestamp{}) {}

void MemoryLog::append(Partition partition, std::string frame, Appended done) {
  std::function<void()> on_records;
  {
    const std::scoped_lock lock(mutex_);
    if (const auto time = clock_.stamp()) {
      Records& records = partitions_[partition];
      records.kept.push_back({.offset = records.end(), .time = *time, .bytes = std::move(frame)});
      on_records = on_records_ ? on_records_ : [] {};
    }
  }
  if (!on_records) return done(Append::refused_clock);
  done(Append::persisted);
  on_records();
}

std::vector<LogRecord> MemoryLog::read(Partition partition, std::uint64_t offset,
                                       std::size_t records_max) const {
  const std::scoped_lock lock(mutex_);
  const auto found = partitions_.find(partition);
  if (found == partitions_.end() || offset >= found->second.end()) return {};
  const Records& records = found->second;
  const auto skipped =
      static_cast<std::ptrdiff_t>(std::max(offset, records.cut.offset) - records.cut.offset);
  const auto from = records.kept.begin() + skipped;
  const auto count =
      std::min<std::size_t>(records_max, static_cast<std::size_t>(records.kept.end() - from));
  return {from, from + static_cast<std::ptrdiff_t>(count)};
}

std::uint64_t MemoryLog::end(Partition partition) const {
  const std::scoped_lock lock(mutex_);
  const auto found = partitions_.find(partition);
  return found == partitions_.end() ? 0 : found->second.end();
}

Timestamp MemoryLog::now() const { return clock_.now(); }

void MemoryLog::on_records(std::function<void()> callback) {
  const std::scoped_lock lock(mutex_);
  on_records_ = std::move(callback);
}

RetainedLog::Cut MemoryLog::cut(Partition partition) const {
  const std::scoped_lock lock(mutex_);
  const auto found = partitions_.find(partition);
  return found == partitions_.end() ? Cut{} : found->second.cut;
}

void MemoryLog::drop_before(Partition partition, std::uint64_t offset, std::string note) {
  const std::scoped_lock lock(mutex_);
  Records& records = partitions_[partition];
  OPTARE_ASSERT(records.cut.offset <= offset && offset <= records.end());
  const auto count = static_cast<std::ptrdiff_t>(offset - records.cut.offset);
  records.kept.erase(records.kept.begin(), records.kept.begin() + count);
  records.cut = {.offset = offset, .note = std::move(note)};
}

std::uint64_t MemoryLog::bytes() const {
  const std::scoped_lock lock(mutex_);
  std::uint64_t sum = 0;
  for (const auto& [partition, records] : partitions_)
    for (const LogRecord& record : records.kept) sum += record.bytes.size();
  return sum;
}

}  // namespace optare
