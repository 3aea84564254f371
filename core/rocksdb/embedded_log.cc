#include "core/rocksdb/embedded_log.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "core/base/assert.h"

namespace optare {
namespace {

// How often a log that could not be opened again is tried when nobody appends.
constexpr auto reopen_interval = std::chrono::seconds(1);

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
      database_(std::make_unique<LogDatabase>(resources_, options_.directory, options_.mode)),
      cuts_(database_->cuts()),
      clock_(clock, newest(*database_)),
      tail_(options_.tail_records_max, options_.tail_bytes_max) {
  for (const auto& [partition, end] : database_->ends()) ends_[partition] = end.offset;
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
  if (auto records = tail_.read(partition, offset, records_max)) return std::move(*records);
  const std::shared_lock lock(database_mutex_);
  if (!database_) throw LogFault(fault_);
  return database_->read(partition, offset, end, records_max);
}

std::uint64_t EmbeddedLog::end(Partition partition) const {
  const std::scoped_lock lock(ends_mutex_);
  if (!ends_known_) throw LogFault("the log's end is not known after a failed sync");
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
  const std::shared_lock lock(database_mutex_);
  if (!database_) throw LogFault(fault_);
  database_->drop_before(partition, cut);
  const std::scoped_lock ends_lock(ends_mutex_);
  cuts_[partition] = cut;
}

std::uint64_t EmbeddedLog::bytes() const {
  const std::shared_lock lock(database_mutex_);
  return database_ ? database_->bytes() : 0;
}

std::string EmbeddedLog::fault() const {
  const std::shared_lock lock(database_mutex_);
  return fault_;
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
  const bool closed = [&] {
    const std::shared_lock lock(database_mutex_);
    return !database_;
  }();
  std::unique_lock lock(queue_mutex_);
  while (queue_.empty() && !stopping_) {
    writer_waits_ = true;
    if (!closed) {
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
  if (!reopen()) return Append::not_persisted;
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

  // Only this thread moves the ends and replaces the database: reading them here needs no lock.
  std::map<Partition, std::uint64_t> next = ends_;
  std::vector<LogDatabase::Row> rows;
  rows.reserve(batch.size());
  for (const Pending& pending : batch) {
    rows.push_back({.partition = pending.partition,
                    .offset = next[pending.partition]++,
                    .time = time,
                    .bytes = pending.frame});
  }
  if (!database_->write(rows)) {
    close_after_fault(database_->fault());
    answer(Append::possibly_persisted);
    reopen();
    return;
  }
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

// What a failed write left behind is unknown, in RocksDB's memory too: only a fresh look at the
// files tells. Opening also rewrites what it recovers from the write-ahead log into a synced file,
// which matters because the kernel may have dropped pages whose sync failed.
void EmbeddedLog::close_after_fault(std::string fault) {
  {
    const std::scoped_lock lock(ends_mutex_);
    ends_known_ = false;
  }
  const std::unique_lock lock(database_mutex_);
  fault_ = std::move(fault);
  database_.reset();
}

bool EmbeddedLog::reopen() {
  if (database_ && database_->failed()) close_after_fault("a write in the background failed");
  if (database_) return true;
  try {
    auto database = std::make_unique<LogDatabase>(resources_, options_.directory, options_.mode);
    const auto ends = database->ends();
    clock_.at_least(newest(*database));
    tail_.clear();
    const std::unique_lock lock(database_mutex_);
    const std::scoped_lock ends_lock(ends_mutex_);
    for (const auto& [partition, end] : ends) ends_[partition] = end.offset;
    ends_known_ = true;
    database_ = std::move(database);
    fault_.clear();
  } catch (const LogFault& fault) {
    const std::unique_lock lock(database_mutex_);
    fault_ = fault.what();
    return false;
  }
  notify();
  return true;
}

void EmbeddedLog::notify() const {
  const auto callback = [&] {
    const std::scoped_lock lock(ends_mutex_);
    return on_records_;
  }();
  if (callback) callback();
}

}  // namespace optare
