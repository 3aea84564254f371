#include "core/rocksdb/embedded_log.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "core/base/assert.h"

namespace optare {
namespace {

// How often a log that could not be opened for writing is tried again: what it costs to read its
// write-ahead log. Ours.
constexpr auto reopen_interval = std::chrono::milliseconds(500);

Timestamp newest(const LogDatabase& database) {
  Timestamp time{};
  for (const auto& [partition, end] : database.ends()) time = std::max(time, end.time);
  return time;
}

}  // namespace

EmbeddedLog::EmbeddedLog(const RocksResources& resources, const Clock& clock,
                         EmbeddedLogOptions options)
    : resources_(resources),
      machine_clock_(clock),
      options_(std::move(options)),
      database_(resources_, options_.directory, options_.mode),
      cuts_(database_.cuts()),
      clock_(clock, newest(database_)),
      tail_(options_.tail_records_max, options_.tail_bytes_max) {
  for (const auto& [partition, end] : database_.ends()) ends_[partition] = end.offset;
  if (options_.mode == OpenMode::write) writer_ = std::thread([this] { write_until_stopped(); });
}

EmbeddedLog::~EmbeddedLog() {
  {
    const std::scoped_lock lock(queue_mutex_);
    stopping_ = true;
  }
  queue_changed_.notify_one();
  if (writer_.joinable()) writer_.join();
  for (Pending& pending : queue_) pending.done(Append::not_persisted);
}

void EmbeddedLog::append(Partition partition, std::string frame, Appended done) {
  {
    const std::scoped_lock lock(queue_mutex_);
    const bool full = queue_.size() >= options_.queue_records_max ||
                      queue_bytes_ + frame.size() > options_.queue_bytes_max;
    if (!full && !stopping_ && options_.mode == OpenMode::write) {
      queue_bytes_ += frame.size();
      queue_.push_back({partition, std::move(frame), std::move(done)});
      if (std::exchange(writer_waits_, false)) queue_changed_.notify_one();
      return;
    }
  }
  done(Append::not_persisted);
}

std::vector<LogRecord> EmbeddedLog::read(Partition partition, std::uint64_t offset,
                                         std::size_t records_max) const {
  std::uint64_t end = 0;
  {
    const std::scoped_lock lock(ends_mutex_);
    if (const auto found = ends_.find(partition); found != ends_.end()) end = found->second;
    if (const auto found = cuts_.find(partition); found != cuts_.end())
      offset = std::max(offset, found->second.offset);
  }
  if (offset >= end || records_max == 0) return {};
  if (auto records = tail_.read(partition, offset, end, records_max)) return std::move(*records);
  return database_.read(partition, offset, end, records_max);
}

std::uint64_t EmbeddedLog::end(Partition partition) const {
  const std::scoped_lock lock(ends_mutex_);
  if (!ends_known_) throw LogFault("the log's end is not known after a failed write");
  const auto found = ends_.find(partition);
  return found == ends_.end() ? 0 : found->second;
}

std::uint64_t EmbeddedLog::known_end(Partition partition) const {
  const std::scoped_lock lock(ends_mutex_);
  const auto found = ends_.find(partition);
  return found == ends_.end() ? 0 : found->second;
}

void EmbeddedLog::ask_end(Partition partition, EndAnswered done) const {
  std::optional<std::uint64_t> known;
  try {
    known = end(partition);
  } catch (const LogFault&) {  // a failed sync is looked into: nobody can tell now
  }
  done(known);
}

void EmbeddedLog::on_records(std::function<void()> callback) {
  const std::scoped_lock lock(ends_mutex_);
  on_records_ = std::move(callback);
}

RetainedLog::Cut EmbeddedLog::cut(Partition partition) const {
  const std::scoped_lock lock(ends_mutex_);
  const auto found = cuts_.find(partition);
  return found == cuts_.end() ? Cut{} : found->second;
}

void EmbeddedLog::drop_before(Partition partition, std::uint64_t offset, std::string note) {
  OPTARE_ASSERT(cut(partition).offset <= offset && offset <= end(partition));
  const Cut cut{.offset = offset, .note = std::move(note)};
  database_.drop_before(partition, cut);
  const std::scoped_lock ends_lock(ends_mutex_);
  cuts_[partition] = cut;
}

std::uint64_t EmbeddedLog::bytes() const { return database_.bytes(); }

std::string EmbeddedLog::fault() const {
  if (has_room()) return database_.fault();
  return fmt::format("{}: less than {} MiB of its disk are free, the reserve: make room",
                     options_.directory.string(), options_.disk_reserve_bytes >> 20U);
}

void EmbeddedLog::write_until_stopped() {
  for (;;) {
    Batch batch = take_batch();
    if (!batch.empty()) {
      write(std::move(batch));
      continue;
    }
    {
      const std::scoped_lock lock(queue_mutex_);
      if (stopping_) return;
    }
    reopen();
  }
}

EmbeddedLog::Batch EmbeddedLog::take_batch() {
  const bool writable = database_.writable();
  std::unique_lock lock(queue_mutex_);
  while (queue_.empty() && !stopping_) {
    writer_waits_ = true;
    if (writable) {
      queue_changed_.wait(lock);
    } else if (queue_changed_.wait_for(lock, reopen_interval) == std::cv_status::timeout) {
      break;
    }
  }
  writer_waits_ = false;
  if (stopping_) return {};

  std::size_t count = 0;
  for (std::size_t bytes = 0; count < queue_.size() && count < options_.batch_records_max;
       ++count) {
    bytes += queue_[count].frame.size();
    if (count > 0 && bytes > options_.batch_bytes_max) break;
  }
  Batch batch;
  if (count == queue_.size()) {
    batch.swap(queue_);
  } else {
    const auto taken = queue_.begin() + static_cast<std::ptrdiff_t>(count);
    batch.assign(std::make_move_iterator(queue_.begin()), std::make_move_iterator(taken));
    queue_.erase(queue_.begin(), taken);
  }
  for (const Pending& pending : batch) queue_bytes_ -= pending.frame.size();
  return batch;
}

// Why nothing may be written now, surely before anything was.
std::optional<Append> EmbeddedLog::refusal(Timestamp& time) {
  if (!has_room()) return Append::refused_disk_full;
  if (!reopen()) return database_.full() ? Append::refused_disk_full : Append::not_persisted;
  const auto stamp = options_.refuse_wrong_clock ? clock_.stamp() : clock_.stamp_anyway();
  if (!stamp) return Append::refused_clock;
  time = *stamp;
  return std::nullopt;
}

void EmbeddedLog::write(Batch batch) {
  const auto answer = [&batch](Append result) {
    for (Pending& pending : batch) pending.done(result);
  };
  Timestamp time;
  if (const auto refused = refusal(time)) return answer(*refused);

  // Only this thread moves the ends: reading them here needs no lock.
  std::map<Partition, std::uint64_t> next = ends_;
  std::vector<LogDatabase::Row> rows;
  rows.reserve(batch.size());
  for (const Pending& pending : batch) {
    rows.push_back({.partition = pending.partition,
                    .offset = next[pending.partition]++,
                    .time = time,
                    .bytes = pending.frame});
  }
  if (!database_.write(rows)) return answer(look_into_failed_write());
  publish(rows, batch);
  answer(Append::persisted);
  notify();
}

void EmbeddedLog::publish(const std::vector<LogDatabase::Row>& rows, Batch& batch) {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    tail_.add(rows[i].partition,
              {.offset = rows[i].offset, .time = rows[i].time, .bytes = std::move(batch[i].frame)});
  }
  const std::scoped_lock lock(ends_mutex_);
  for (const LogDatabase::Row& row : rows) ends_[row.partition] = row.offset + 1;
}

bool EmbeddedLog::has_room() const {
  std::uint64_t free = 0;
  const rocksdb::Status status = resources_.env()->GetFreeSpace(options_.directory.string(), &free);
  return !status.ok() ||
         free >= options_.disk_reserve_bytes;  // a file system that does not tell has room
}

// A record that a fresh look at the files does not find was not written, and never turns up: a
// batch is one record of the write-ahead log, and nothing is added to an old one. One that is found
// is durable only once the files are open for writing, and whoever follows tells what became of it.
Append EmbeddedLog::look_into_failed_write() {
  const bool full = database_.full();
  const std::map<Partition, std::uint64_t> before = ends_;
  {
    const std::scoped_lock lock(ends_mutex_);
    ends_known_ = false;
  }
  reopen_due_ = {};
  reopen();
  if (!ends_known_ || ends_ != before) return Append::possibly_persisted;
  return full ? Append::refused_disk_full : Append::not_persisted;
}

bool EmbeddedLog::reopen() {
  if (database_.writable()) return true;
  const auto now = std::chrono::steady_clock::now();
  if (now < reopen_due_) return false;
  reopen_due_ = now + reopen_interval;
  learn_ends(database_.reopen());
  if (!database_.writable()) return false;
  notify();
  return true;
}

// Which records there are, after the files were opened again. Those beyond the end that was known
// are in doubt until they are open for writing: what is only read may not be on the disk.
void EmbeddedLog::learn_ends(bool writable) {
  try {
    std::map<Partition, std::uint64_t> found;
    for (const auto& [partition, end] : database_.ends()) found[partition] = end.offset;
    if (writable) {
      clock_.at_least(newest(database_));
      tail_.clear();
    }
    const std::scoped_lock lock(ends_mutex_);
    ends_known_ = writable || found == ends_;
    if (writable) ends_ = std::move(found);
  } catch (const LogFault& fault) {  // looked at again at the next reopening
    database_.distrust(fault.what());
  }
}

void EmbeddedLog::notify() const {
  const auto callback = [&] {
    const std::scoped_lock lock(ends_mutex_);
    return on_records_;
  }();
  if (callback) callback();
}

}  // namespace optare
