#include "core/kafka/mirror.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/assert.h"
#include "core/log/commit.h"

namespace optare {
namespace {

// How far from the end, or the beginning, a record is looked for that can be compared with the
// topic's own: as many holes in a row as no transaction of anybody's leaves.
constexpr std::uint64_t holes_in_a_row_max = 4'096;

std::size_t index_of(Partition partition) { return static_cast<std::size_t>(partition); }

}  // namespace

Mirror::Mirror(const RocksResources& resources, std::filesystem::path directory, OpenMode mode,
               MirrorLimits limits)
    : resources_(resources),
      directory_(std::move(directory)),
      database_(resources_, directory_, mode, LogDatabase::is_a_copy),
      tail_(limits.tail_records_max, limits.tail_bytes_max) {
  take_ends();
}

void Mirror::take_ends() {
  const auto found = database_.ends();
  const std::scoped_lock lock(ends_mutex_);
  ends_ = {};
  for (const auto& [partition, end] : found) {
    if (index_of(partition) >= ends_.size()) continue;
    ends_[index_of(partition)] = end.offset;
    reached_[index_of(partition)] = std::max(reached_[index_of(partition)], end.offset);
  }
}

std::uint64_t Mirror::end(Partition partition) const {
  const std::scoped_lock lock(ends_mutex_);
  return ends_[index_of(partition)];
}

std::vector<LogRecord> Mirror::read(Partition partition, std::uint64_t offset,
                                    std::size_t records_max) const {
  const auto [end, reached] = [&] {
    const std::scoped_lock lock(ends_mutex_);
    return std::pair(ends_[index_of(partition)], reached_[index_of(partition)]);
  }();
  if (offset >= reached || records_max == 0) return {};
  std::vector<LogRecord> records;
  if (offset < end) {
    if (auto hot = tail_.read(partition, offset, end, records_max)) return std::move(*hot);
    records = database_.read(partition, offset, end, records_max);
  }
  // Who read it once must not take the log for shorter now.
  if (records.empty())
    throw LogFault(
        fmt::format("{}: record {} was lost by this node's disk, and is not fetched "
                    "again yet",
                    partition_name(partition), offset));
  return records;
}

std::optional<LogRecord> Mirror::real_record(Partition partition, std::uint64_t offset) const {
  auto records = read(partition, offset, 1);
  if (records.empty() || records.front().time == Timestamp()) return std::nullopt;
  return std::move(records.front());
}

std::optional<LogRecord> Mirror::last_real_record(Partition partition) const {
  const std::uint64_t end = this->end(partition);
  for (std::uint64_t back = 1; back <= std::min(end, holes_in_a_row_max); ++back)
    if (auto record = real_record(partition, end - back)) return record;
  return std::nullopt;
}

std::optional<LogRecord> Mirror::first_real_record(Partition partition) const {
  const std::uint64_t near = std::min(end(partition), holes_in_a_row_max);
  for (std::uint64_t offset = 0; offset < near; ++offset)
    if (auto record = real_record(partition, offset)) return record;
  return std::nullopt;
}

bool Mirror::write(Partition partition, std::vector<LogRecord> records) {
  std::vector<LogDatabase::Row> rows;
  rows.reserve(records.size());
  std::uint64_t next = end(partition);
  for (const LogRecord& record : records) {
    OPTARE_ASSERT(record.offset == next++);
    rows.push_back({.partition = partition,
                    .offset = record.offset,
                    .time = record.time,
                    .bytes = record.bytes});
  }
  if (!database_.writable() || !database_.write(rows, LogDatabase::Durability::unsynced))
    return false;
  for (LogRecord& record : records) tail_.add(partition, std::move(record));
  const std::scoped_lock lock(ends_mutex_);
  ends_[index_of(partition)] = next;
  reached_[index_of(partition)] = std::max(reached_[index_of(partition)], next);
  return true;
}

// What had not reached the files is fetched again: the end may go back.
bool Mirror::reopen() {
  if (database_.writable()) return true;
  if (!database_.reopen()) return false;
  tail_.clear();
  try {
    take_ends();
  } catch (const LogFault& fault) {
    database_.distrust(fault.what());
    return false;
  }
  return true;
}

std::string Mirror::fault() const {
  const std::string fault = database_.fault();
  return fault.empty() ? "" : "the copy of the log cannot be written: " + fault;
}

std::optional<std::uint64_t> Mirror::free_bytes() const {
  std::uint64_t free = 0;
  if (!resources_.env()->GetFreeSpace(directory_.string(), &free).ok()) return std::nullopt;
  return free;
}

}  // namespace optare
