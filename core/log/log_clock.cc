#include "core/log/log_clock.h"

#include <algorithm>

namespace optare {
namespace {

// Less is the rounding of two readings; not worth a write that all threads see.
constexpr Duration followed_from = std::chrono::milliseconds(100);

Duration wall_minus_boottime(Timestamp wall, Duration boottime) {
  return wall.time_since_epoch() - boottime;
}

}  // namespace

LogClock::LogClock(const Clock& clock, Timestamp last)
    : clock_(clock), last_(last), believed_(wall_minus_boottime(clock.wall(), clock.boottime())) {}

LogClock::Reading LogClock::read() const {
  const Timestamp wall = clock_.wall();
  const Duration boottime = clock_.boottime();
  const Duration difference = wall_minus_boottime(wall, boottime);
  const Duration believed = believed_.load(std::memory_order_relaxed);
  // What was believed at the start is itself behind log time: the clock that is ahead of that again
  // was set right, and is believed as at a start.
  const Timestamp last = last_.load();
  const bool set_right = Timestamp(believed + boottime) + clock_skew_max < last && wall >= last;
  if (std::chrono::abs(difference - believed) > clock_skew_max && !set_right)
    return {.time = Timestamp(believed + boottime), .leapt = true};
  // Follow small steps, so that several of them do not add up to a leap.
  if (std::chrono::abs(difference - believed) > followed_from)
    believed_.store(difference, std::memory_order_relaxed);
  return {.time = wall};
}

std::optional<Timestamp> LogClock::stamp() {
  const Reading reading = read();
  if (reading.leapt || reading.time + clock_skew_max < last_.load()) return std::nullopt;
  at_least(reading.time);
  return last_.load();
}

Timestamp LogClock::stamp_anyway() {
  at_least(read().time);
  return last_.load();
}

Timestamp LogClock::now() const { return std::max(read().time, last_.load()); }

void LogClock::at_least(Timestamp last) { last_.store(std::max(last_.load(), last)); }

}  // namespace optare
