// A log to which nothing is written while something outside of it is wrong. Reading goes on, unless
// that is lost for good: then this is no log to go on with.
#pragma once

#include <functional>

#include "core/log/log_before.h"

namespace optare {

class GatedLog final : public LogBefore<> {
 public:
  // `closed` is asked at each append, `lost` with other_history, on any thread: why the log is
  // nobody's any more, though it may be whole. Both outlive this.
  GatedLog(EventLog& log, std::function<bool()> closed, std::function<std::string()> lost)
      : LogBefore(log), closed_(std::move(closed)), lost_(std::move(lost)) {}

  void append(Partition partition, std::string frame, Appended done) override {
    if (closed_()) return done(Append::not_persisted);
    LogBefore::append(partition, std::move(frame), std::move(done));
  }
  std::string other_history() const override {
    if (std::string why = lost_(); !why.empty()) return why;
    return LogBefore::other_history();
  }

 private:
  const std::function<bool()> closed_;
  const std::function<std::string()> lost_;
};

}  // namespace optare
