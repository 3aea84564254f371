#include "core/rocksdb/instance.h"

#include <fmt/format.h>
#include <rocksdb/listener.h>
#include <rocksdb/perf_level.h>

namespace optare {
namespace {

// RocksDB counts every comparison of two keys in a variable of the thread, for statistics that
// nobody reads: a tenth of what a batch costs. For each thread that reads or writes.
void count_nothing() { rocksdb::SetPerfLevel(rocksdb::PerfLevel::kDisable); }

}  // namespace

// Told when a flush or a compaction failed. After a soft error (no room for a compaction) RocksDB
// goes on to take writes, and tries again by itself.
struct RocksInstance::Listener final : rocksdb::EventListener {
  void OnBackgroundError(rocksdb::BackgroundErrorReason /*reason*/,
                         rocksdb::Status* error) override {
    if (error->severity() >= rocksdb::Status::kHardError) failed = true;
  }
  void OnFlushBegin(rocksdb::DB* /*db*/, const rocksdb::FlushJobInfo& /*job*/) override {
    count_nothing();
  }
  void OnCompactionBegin(rocksdb::DB* /*db*/, const rocksdb::CompactionJobInfo& /*job*/) override {
    count_nothing();
  }
  std::atomic<bool> failed = false;
};

RocksInstance::RocksInstance(const RocksResources& resources, Settings settings)
    : resources_(resources),
      settings_(std::move(settings)),
      listener_(std::make_shared<Listener>()) {}

RocksInstance::~RocksInstance() = default;

RocksInstance::Use RocksInstance::use() const {
  count_nothing();
  return {mutex_, db_};
}

RocksInstance::Opened RocksInstance::open() {
  auto opened = open_as(settings_.mode);
  if (!opened) return std::unexpected(opened.error().text);
  db_ = std::move(*opened);
  for_writing_ = settings_.mode == OpenMode::write;
  return {};
}

std::expected<std::unique_ptr<rocksdb::DB>, RocksRefusal> RocksInstance::open_as(OpenMode mode) {
  rocksdb::Options options = resources_.options(settings_.memtable_bytes);
  if (mode == OpenMode::write) options.listeners = {listener_};
  options.allow_concurrent_memtable_write = false;  // one writer
  if (settings_.tune != nullptr) settings_.tune(options);
  auto opened = open_rocks(options, settings_.directory, mode, settings_.format);
  if (!opened && opened.error().damaged) opened.error().text += advice();
  return opened;
}

std::string RocksInstance::advice() const {
  return settings_.when_damaged.empty() ? "" : fmt::format(". {}", settings_.when_damaged);
}

std::string RocksInstance::text_of(const rocksdb::Status& status) const {
  return status.ToString() + (says_damaged(status) ? advice() : "");
}

void RocksInstance::note(const rocksdb::Status& written) {
  if (written.ok()) return;
  full_ = written.IsNoSpace();
  fail(fmt::format("{}: {}", settings_.directory.string(), written.ToString()));
}

void RocksInstance::fail(std::string reason) {
  const std::scoped_lock lock(fault_mutex_);
  fault_ = std::move(reason);
  listener_->failed = true;
}

bool RocksInstance::writable() const { return for_writing_ && !listener_->failed; }

std::string RocksInstance::fault() const {
  if (settings_.mode == OpenMode::read_only || writable()) return {};
  const std::scoped_lock lock(fault_mutex_);
  return fault_.empty() ? settings_.directory.string() + ": a write in the background failed"
                        : fault_;
}

// REQUIRES: the exclusive lock.
void RocksInstance::close() {
  db_.reset();
  for_writing_ = false;
}

RocksInstance::Opened RocksInstance::reopen() {
  if (writable()) return {};
  if (settings_.mode == OpenMode::read_only)
    return std::unexpected(settings_.directory.string() + " is open for reading only");
  // One that is open for reading serves until the other has come.
  std::unique_lock lock(mutex_, std::defer_lock);
  if (for_writing_) {
    lock.lock();
    close();
  }
  listener_->failed = false;
  auto opened = open_as(OpenMode::write);
  if (opened) {
    if (!lock) lock.lock();
    db_ = std::move(*opened);
    for_writing_ = true;
    full_ = false;
    const std::scoped_lock fault_lock(fault_mutex_);
    fault_.clear();
    return {};
  }
  full_ = opened.error().no_space;
  fail(opened.error().text);
  if (!db_) {
    if (!lock) lock.lock();
    if (auto readable = open_as(OpenMode::read_only)) db_ = std::move(*readable);
  }
  return std::unexpected(opened.error().text);
}

}  // namespace optare
