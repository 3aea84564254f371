// What is going to happen, by the one true time that no node knows. Nothing waits: when there is
// nothing left to do now, it is at once the time of the next event.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <utility>

#include "core/base/time.h"

namespace optare::simulation {

class Timeline {
 public:
  explicit Timeline(Timestamp start) : start_(start), now_(start) {}

  Timestamp start() const { return start_; }
  Timestamp now() const { return now_; }
  Duration elapsed() const { return now_ - start_; }
  void after(Duration delay, std::function<void()> event) {
    events_.emplace(now_ + delay, std::move(event));
  }
  std::optional<Timestamp> next() const {
    return events_.empty() ? std::nullopt : std::optional(events_.begin()->first);
  }
  // REQUIRES: next().
  void step() {
    auto event = events_.extract(events_.begin());
    now_ = std::max(now_, event.key());
    event.mapped()();
  }
  // The whole world sleeps: what was due meanwhile happens late.
  void sleep(Duration duration) { now_ += duration; }

 private:
  Timestamp start_;
  Timestamp now_;
  std::multimap<Timestamp, std::function<void()>> events_;  // equal times: in the order they came
};

}  // namespace optare::simulation
