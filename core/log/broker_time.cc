#include "core/log/broker_time.h"

#include <algorithm>

namespace optare {
namespace {

// Brokers whose time is so far from the wall clock are asked again and again: it may be set right.
constexpr Duration skew_watched_from = std::chrono::seconds(1);
// Others' ticks keep a partition younger. Where they do not, what this node measured misleads it: a
// record of its own that was under way while the machine slept tells hardly anything of the offset.
constexpr Duration current_max = 2 * silence_max;

}  // namespace

BrokerTime::BrokerTime(const Clock& clock, Random& random)
    : clock_(clock), parts_{Part{{}, TickSchedule(random)}, Part{{}, TickSchedule(random)}} {}

void BrokerTime::read_before(Partition partition, Timestamp stamp) {
  part(partition).estimate.read_before(stamp);
}

void BrokerTime::read(Partition partition, Timestamp stamp, std::optional<Duration> sent_at) {
  const Duration now = clock_.boottime();
  part(partition).estimate.observe(stamp, now, sent_at);
  part(partition).ticks.heard(now);
}

Timestamp BrokerTime::now() const {
  const Duration boottime = clock_.boottime();
  std::optional<Timestamp> latest;
  for (const Part& each : parts_) latest = std::max(latest, each.estimate.time_at(boottime));
  return latest.value_or(clock_.wall());
}

std::optional<Duration> BrokerTime::skew(Partition partition) const {
  return part(partition).estimate.skew(clock_.wall(), clock_.boottime());
}

bool BrokerTime::refuses_wall_clock() const {
  return std::ranges::any_of(partitions, [this](Partition partition) {
    const auto its = skew(partition);
    return its && std::chrono::abs(*its) > clock_skew_max;
  });
}

bool BrokerTime::tick_due(Partition partition) {
  Part& its = part(partition);
  const Duration now = clock_.boottime();
  const auto off = skew(partition);
  const bool wants_proof = its.estimate.wants_own_record(now) ||
                           now - currency(partition).at > current_max ||
                           (off && std::chrono::abs(*off) > skew_watched_from);
  return its.ticks.due(now, wants_proof);
}

EndAsked BrokerTime::asked(Partition partition, std::uint64_t read_to) const {
  return {clock_.boottime(), currency(partition).at, read_to};
}

}  // namespace optare
