// A clock that stands still until it is told otherwise.
#pragma once

#include <map>
#include <mutex>
#include <vector>

#include "core/base/completion.h"
#include "core/ports/clock.h"

namespace optare {

// Thread: safe.
class FakeClock final : public Clock {
 public:
  explicit FakeClock(Timestamp wall = timestamp_of(1'772'539'200'000))
      : wall_(wall) {}  // 2026-03-03T12:00:00Z

  Timestamp wall() const override {
    const std::scoped_lock lock(mutex_);
    return wall_;
  }
  Duration boottime() const override {
    const std::scoped_lock lock(mutex_);
    return boottime_;
  }
  // Completes when `advance` has passed its end.
  Task<> sleep(Duration duration) override {
    Completion<bool> over;
    {
      const std::scoped_lock lock(mutex_);
      sleepers_.emplace(boottime_ + duration, over);
    }
    co_await over.wait();
  }

  // Time passes, on both clocks.
  void advance(Duration duration) {
    std::vector<Completion<bool>> awake;
    {
      const std::scoped_lock lock(mutex_);
      wall_ += duration;
      boottime_ += duration;
      const auto asleep = sleepers_.upper_bound(boottime_);
      for (auto sleeper = sleepers_.begin(); sleeper != asleep; ++sleeper)
        awake.push_back(sleeper->second);
      sleepers_.erase(sleepers_.begin(), asleep);
    }
    for (Completion<bool>& sleeper : awake) sleeper.complete(true);
  }
  // Somebody sets the wall clock.
  void leap(Duration by) {
    const std::scoped_lock lock(mutex_);
    wall_ += by;
  }

 private:
  mutable std::mutex mutex_;
  Timestamp wall_;
  Duration boottime_ = std::chrono::hours(1);
  std::multimap<Duration, Completion<bool>> sleepers_;  // by when they wake
};

}  // namespace optare
