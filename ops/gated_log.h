// A log to which nothing is written while something outside of it is wrong. Reading goes on.
#pragma once

#include <functional>

#include "core/log/log_before.h"

namespace optare {

class GatedLog final : public LogBefore<> {
 public:
  // `closed` is asked at each append, on any thread. Both outlive this.
  GatedLog(EventLog& log, std::function<bool()> closed)
      : LogBefore(log), closed_(std::move(closed)) {}

  void append(Partition partition, std::string frame, Appended done) override {
    if (closed_()) return done(Append::not_persisted);
    LogBefore::append(partition, std::move(frame), std::move(done));
  }

 private:
  const std::function<bool()> closed_;
};

}  // namespace optare
