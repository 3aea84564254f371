#include "core/log/log_time_estimate.h"

#include <algorithm>

namespace optare {
namespace {

// Two clocks that nobody touches drift apart: 500 in a million is more than NTP lets any have.
constexpr std::int64_t drift_divisor = 2'000;
// Of two readings that were cut to milliseconds.
constexpr Duration rounding{1};

}  // namespace

// As it counts at `boottime`: an older observation says less. How late it is at least is known
// however long nothing was read; that nothing was missed is not.
std::optional<Duration> LogTimeEstimate::of(const Bounds& bounds, Side side, Duration boottime) {
  std::optional<Duration> tightest;
  for (const std::optional<Bound>& bound : {bounds.best, bounds.before}) {
    if (!bound) continue;
    if (side == Side::at_most && boottime - bound->seen_at > 2 * observation_life) continue;
    const Duration drift = std::max(boottime - bound->seen_at, Duration()) / drift_divisor;
    if (side == Side::at_least) {
      const Duration offset = bound->offset - drift;
      tightest = tightest ? std::max(*tightest, offset) : offset;
    } else {
      const Duration offset = bound->offset + drift;
      tightest = tightest ? std::min(*tightest, offset) : offset;
    }
  }
  return tightest;
}

void LogTimeEstimate::add(Bounds& bounds, Side side, Bound bound) {
  if (!bounds.best || bound.seen_at - bounds.began_at > observation_life) {
    bounds.before = bounds.best;
    bounds.best = bound;
    bounds.began_at = bound.seen_at;
    return;
  }
  const Duration drift = (bound.seen_at - bounds.best->seen_at) / drift_divisor;
  const bool tighter = side == Side::at_least ? bound.offset >= bounds.best->offset - drift
                                              : bound.offset <= bounds.best->offset + drift;
  if (tighter) bounds.best = bound;
}

void LogTimeEstimate::observe(Timestamp stamp, Duration read_at, std::optional<Duration> sent_at) {
  newest_ = std::max(newest_, stamp);
  const Duration least = stamp.time_since_epoch() - read_at - rounding;
  if (const auto most = at_most(read_at); most && least > *most) at_most_ = {};
  if (sent_at) {
    const Duration most = stamp.time_since_epoch() - *sent_at + rounding;
    if (const auto other = at_least(read_at); other && most < *other) at_least_ = {};
    add(at_most_, Side::at_most, {most, read_at});
    current_at_ = std::max(current_at_, *sent_at);
  }
  add(at_least_, Side::at_least, {least, read_at});
  if (const auto most = at_most(read_at))
    current_at_ = std::max(current_at_, std::min(stamp.time_since_epoch() - *most, read_at));
}

std::optional<Timestamp> LogTimeEstimate::time_at(Duration boottime) const {
  const auto least = at_least(boottime);
  if (newest_ == Timestamp()) return std::nullopt;
  return least ? std::max(newest_, Timestamp(boottime + *least)) : newest_;
}

std::optional<Duration> LogTimeEstimate::skew(Timestamp wall, Duration boottime) const {
  const auto least = at_least(boottime);
  const auto most = at_most(boottime);
  if (!least || !most) return std::nullopt;
  const Duration offset = wall.time_since_epoch() - boottime;
  if (offset > *most) return offset - *most;
  if (offset < *least) return offset - *least;
  return Duration();
}

}  // namespace optare
