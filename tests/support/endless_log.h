// A log that always has one more record of control when it is read: none of them is a commit.
#pragma once

#include <algorithm>
#include <atomic>

#include "core/log/event_log.h"
#include "core/ports/clock.h"

namespace optare {

// Thread: safe.
class EndlessLog final : public EventLog {
 public:
  explicit EndlessLog(const Clock& clock) : clock_(clock), begun_(clock.wall()) {}

  // From now on it is a log that ends.
  void pause() { paused_ = true; }
  // The most records that anyone asked for at once.
  std::size_t most_asked() const { return most_asked_; }

  void append(Partition, std::string, Appended done) override { done(Append::not_persisted); }
  std::vector<LogRecord> read(Partition partition, std::uint64_t offset,
                              std::size_t records_max) const override {
    most_asked_ = std::max<std::size_t>(most_asked_, records_max);
    if (partition == Partition::control && !paused_ && offset + 2 > end_) end_ = offset + 2;
    std::vector<LogRecord> found;
    for (std::uint64_t i = offset; i < end(partition) && found.size() < records_max; ++i)
      found.push_back({i, begun_, "no frame"});
    return found;
  }
  std::uint64_t end(Partition partition) const override {
    return partition == Partition::control ? end_.load() : 1;
  }
  Currency currency(Partition) const override { return {clock_.boottime(), now()}; }
  void ask_end(Partition partition, EndAnswered done) const override { done(end(partition)); }
  Timestamp now() const override { return clock_.wall(); }
  void on_records(std::function<void()>) override {}

 private:
  const Clock& clock_;
  const Timestamp begun_;
  mutable std::atomic<std::uint64_t> end_ = 0;  // of control
  std::atomic<bool> paused_ = false;
  mutable std::atomic<std::size_t> most_asked_ = 0;
};

}  // namespace optare
