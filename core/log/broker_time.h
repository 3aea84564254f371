// The time of a log of brokers, as who follows it knows it from all partitions: what it is now, how
// current what was read is, whether this machine's wall clock is believed, and when to append a
// tick (design D1, D3, D11). Pure: the adapter feeds it, and the simulation.
#pragma once

#include <array>

#include "core/log/end_proof.h"
#include "core/log/log_clock.h"
#include "core/log/log_time_estimate.h"
#include "core/log/tick_schedule.h"
#include "core/ports/clock.h"

namespace optare {

// Thread: one at a time.
class BrokerTime {
 public:
  // Both outlive this.
  BrokerTime(const Clock& clock, Random& random);

  // The newest record of an earlier time, whose reading nobody timed.
  void read_before(Partition partition, Timestamp stamp);
  // The next record, just now. `sent_at`: by BOOTTIME, for one that this node appended.
  void read(Partition partition, Timestamp stamp, std::optional<Duration> sent_at);

  Currency currency(Partition partition) const { return part(partition).estimate.currency(); }
  // Without any record to go by: the wall clock.
  Timestamp now() const;
  // Wall clock minus log time; none: not measured yet.
  std::optional<Duration> skew(Partition partition) const;
  // A record that brokers stamp needs no clock of ours: who is far from theirs is told to set his.
  bool refuses_wall_clock() const;
  // Whether to append a tick now; it is then taken as sent.
  bool tick_due(Partition partition);
  // What is known when somebody asks where the partition ends, and all before `read_to` is read.
  EndAsked asked(Partition partition, std::uint64_t read_to) const;

 private:
  struct Part {
    LogTimeEstimate estimate;
    TickSchedule ticks;
  };
  Part& part(Partition partition) { return parts_[static_cast<std::size_t>(partition)]; }
  const Part& part(Partition partition) const {
    return parts_[static_cast<std::size_t>(partition)];
  }

  const Clock& clock_;
  std::array<Part, partitions.size()> parts_;
};

}  // namespace optare
