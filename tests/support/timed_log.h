// A log at which time passes whenever it is read: for who waits for it with nothing else to do.
#pragma once

#include "core/log/log_before.h"
#include "tests/support/fake_clock.h"

namespace optare {

class TimedLog : public LogBefore<> {
 public:
  TimedLog(EventLog& log, FakeClock& clock) : LogBefore(log), clock_(clock) {}

  std::vector<LogRecord> read(Partition partition, std::uint64_t offset,
                              std::size_t records_max) const override {
    clock_.advance(std::chrono::milliseconds(50));
    return LogBefore::read(partition, offset, records_max);
  }

 private:
  FakeClock& clock_;
};

}  // namespace optare
