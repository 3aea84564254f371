#include "ops/follower_thread.h"

namespace optare {

FollowerThread::FollowerThread(Parts parts) : parts_(parts), flushed_at_(parts.clock.boottime()) {
  parts_.log.on_records([wake = wake_] {
    {
      const std::scoped_lock lock(wake->mutex);
      wake->records = true;
    }
    wake->changed.notify_one();
  });
  thread_ = std::thread([this] { run(); });
}

FollowerThread::~FollowerThread() {
  parts_.log.on_records(nullptr);
  {
    const std::scoped_lock lock(wake_->mutex);
    wake_->stopping = true;
  }
  wake_->changed.notify_one();
  thread_.join();
}

std::string FollowerThread::fault() const {
  const std::scoped_lock lock(fault_mutex_);
  return fault_;
}

void FollowerThread::run() {
  for (;;) {
    const bool well = work();
    std::unique_lock lock(wake_->mutex);
    if (well)
      wake_->changed.wait_for(lock, follower_idle_max,
                              [&] { return wake_->records || wake_->stopping; });
    else
      wake_->changed.wait_for(lock, follower_retry_interval, [&] { return wake_->stopping; });
    wake_->records = false;
    if (wake_->stopping) break;
  }
  // What was told durable is applied before the end, so that a clean stop leaves nothing to catch
  // up.
  if (work()) {
    try {
      flush_last_used();
      parts_.store.sync();
    } catch (const std::exception& fault) {
      note_fault(fault.what());
    }
  }
}

// One of the places that catch: the disk may come back, and readers go on meanwhile.
bool FollowerThread::work() {
  try {
    while (parts_.follower.step()) {
      if (parts_.clock.boottime() - ticked_at_ >= follower_idle_max) keep_time();
    }
    keep_time();
    note_fault({});
  } catch (const std::exception& fault) {
    note_fault(fault.what());
    parts_.follower.doubt_store();
    parts_.follower.tick();
    return false;
  }
  if (parts_.follower.stopped() && !std::exchange(stop_told_, true))
    parts_.lines.write(LogLevel::error, "node_stopped", {{"detail", parts_.states.stop_reason()}});
  return true;
}

// Also while there is always more to apply.
void FollowerThread::keep_time() {
  ticked_at_ = parts_.clock.boottime();
  parts_.follower.tick();
  if (ticked_at_ - flushed_at_ >= last_used_flush_interval) flush_last_used();
}

void FollowerThread::flush_last_used() {
  StoreBatch batch;
  const std::vector<LastUsedRow> rows = parts_.last_used.take_changes();
  for (const LastUsedRow& row : rows) batch.put(Table::last_used, row.key, row.value);
  try {
    if (!batch.changes.empty()) parts_.store.write(batch);
  } catch (const StoreFault&) {
    parts_.last_used.put_back(rows);
    throw;
  }
  flushed_at_ = parts_.clock.boottime();
}

void FollowerThread::note_fault(std::string fault) {
  std::string before;
  {
    const std::scoped_lock lock(fault_mutex_);
    before = std::exchange(fault_, fault);
  }
  if (before == fault) return;
  if (fault.empty())
    parts_.lines.write(LogLevel::info, "follower_recovered", {});
  else
    parts_.lines.write(LogLevel::error, "follower_fault", {{"detail", fault}});
}

}  // namespace optare
