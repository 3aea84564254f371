// A log before another. It passes everything on: who derives from it changes what he is there for.
#pragma once

#include <utility>

#include "core/log/retained_log.h"

namespace optare {

// Thread: as the other log, which outlives this.
template <class Log = EventLog>
class LogBefore : public Log {
 public:
  explicit LogBefore(Log& log) : log_(log) {}

  void append(Partition partition, std::string frame, EventLog::Appended done) override {
    log_.append(partition, std::move(frame), std::move(done));
  }
  std::vector<LogRecord> read(Partition partition, std::uint64_t offset,
                              std::size_t records_max) const override {
    return log_.read(partition, offset, records_max);
  }
  std::uint64_t end(Partition partition) const override { return log_.end(partition); }
  Currency currency(Partition partition) const override { return log_.currency(partition); }
  void ask_end(Partition partition, EventLog::EndAnswered done) const override {
    log_.ask_end(partition, std::move(done));
  }
  Timestamp now() const override { return log_.now(); }
  void on_records(std::function<void()> callback) override { log_.on_records(std::move(callback)); }
  std::string other_history() const override { return log_.other_history(); }
  void look_again(Partition partition) const override { log_.look_again(partition); }

 protected:
  Log& log_;
};

class RetainedLogBefore : public LogBefore<RetainedLog> {
 public:
  using LogBefore::LogBefore;

  Cut cut(Partition partition) const override { return log_.cut(partition); }
  void drop_before(Partition partition, std::uint64_t offset, std::string note) override {
    log_.drop_before(partition, offset, std::move(note));
  }
  std::uint64_t bytes() const override { return log_.bytes(); }
};

}  // namespace optare
