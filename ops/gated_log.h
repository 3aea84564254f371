// A log to which nothing is written while something outside of it is wrong. Reading goes on.
#pragma once

#include <functional>

#include "core/log/event_log.h"

namespace optare {

class GatedLog final : public EventLog {
 public:
  // `closed` is asked at each append, on any thread. Both outlive this.
  GatedLog(EventLog& log, std::function<bool()> closed) : log_(log), closed_(std::move(closed)) {}

  void append(Partition partition, std::string frame, Appended done) override {
    if (closed_()) return done(Append::not_persisted);
    log_.append(partition, std::move(frame), std::move(done));
  }
  std::vector<LogRecord> read(Partition partition, std::uint64_t offset,
                              std::size_t records_max) const override {
    return log_.read(partition, offset, records_max);
  }
  std::uint64_t end(Partition partition) const override { return log_.end(partition); }
  Currency currency(Partition partition) const override { return log_.currency(partition); }
  void ask_end(Partition partition, EndAnswered done) const override {
    log_.ask_end(partition, std::move(done));
  }
  Timestamp now() const override { return log_.now(); }
  void on_records(std::function<void()> callback) override { log_.on_records(std::move(callback)); }
  std::string other_history() const override { return log_.other_history(); }
  void look_again(Partition partition) const override { log_.look_again(partition); }

 private:
  EventLog& log_;
  const std::function<bool()> closed_;
};

}  // namespace optare
