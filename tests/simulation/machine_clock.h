// The clocks of one machine: both drift, the wall clock also leaps.
#pragma once

#include <map>
#include <utility>
#include <vector>

#include "core/base/completion.h"
#include "core/ports/clock.h"
#include "tests/simulation/timeline.h"

namespace optare::simulation {

class MachineClock final : public Clock {
 public:
  // `drift`: how many milliseconds this clock gains in a million.
  MachineClock(Timeline& timeline, std::int64_t drift) : timeline_(timeline), drift_(drift) {}

  Timestamp wall() const override { return timeline_.start() + boottime() - booted_ + leapt_; }
  Duration boottime() const override {
    const Duration elapsed = timeline_.elapsed();
    return booted_ + elapsed + elapsed * drift_ / 1'000'000 + hurried_;
  }
  Task<> sleep(Duration duration) override {
    Completion<bool> over;
    const std::uint64_t number = ++last_sleeper_;
    sleepers_.emplace(number, over);
    timeline_.after(duration, [this, number] { wake(number); });
    co_await over.wait();
  }

  void leap(Duration by) { leapt_ += by; }
  void correct() { leapt_ = Duration::zero(); }

  // A process ends: nobody in it waits any longer.
  void hurry() {
    hurried_ += std::chrono::hours(1);
    for (auto& [number, sleeper] : std::exchange(sleepers_, {})) sleeper.complete(true);
  }
  void hurry_no_more() { hurried_ = Duration::zero(); }

 private:
  void wake(std::uint64_t number) {
    if (auto sleeper = sleepers_.extract(number)) sleeper.mapped().complete(true);
  }

  static constexpr Duration booted_ = std::chrono::hours(1);
  Timeline& timeline_;
  std::int64_t drift_;
  Duration leapt_{};
  Duration hurried_{};
  std::uint64_t last_sleeper_ = 0;
  std::map<std::uint64_t, Completion<bool>> sleepers_;
};

}  // namespace optare::simulation
