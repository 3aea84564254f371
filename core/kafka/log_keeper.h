// What decides in the adapter to brokers, but for following a topic (core/kafka/following): which
// records of a topic are this node's own and what they prove, where a partition ends, when to
// append a tick, and whether who is read from leads at all. The adapter's threads drive it, and so
// does the simulation; what is between a node and the brokers is theirs.
#pragma once

#include <array>
#include <atomic>
#include <functional>
#include <mutex>
#include <string>
#include <variant>

#include "core/kafka/acknowledged.h"
#include "core/kafka/own_records.h"
#include "core/log/broker_time.h"
#include "core/log/end_proofs.h"
#include "core/log/event_log.h"

namespace optare {

// Thread: all members from any. With its lock held nobody is called but `end` and who makes ticks.
class LogKeeper {
 public:
  // With where the record stands, when brokers said so.
  using Produced = std::function<void(Append, const std::optional<Written>&)>;
  using MakeTick = std::function<std::string(Partition)>;
  struct Ways {
    // One past the last record that is read.
    std::function<std::uint64_t(Partition)> end;
    std::function<void(Partition, const RecordKey&, const std::string& frame, Produced)> produce;
    // What some broker says of where the partition ends.
    std::function<void(Partition, EventLog::EndAnswered)> ask_end;
  };
  // A record of this node's own proves that the partition lost its end.
  struct LostEnd {
    Partition partition{};
    Acknowledged::Loss loss;
  };
  // This broker leads, whatever the one says that is read from.
  struct MissedLeader {
    std::int32_t broker = -1;
  };
  using Finding = std::variant<std::monostate, LostEnd, MissedLeader>;

  // Both outlive this.
  LogKeeper(const Clock& clock, Random& random, Ways ways);

  void append(Partition partition, const std::string& frame, EventLog::Appended done) const;
  // As EventLog's.
  void ask_end(Partition partition, EventLog::EndAnswered done) const;
  Currency currency(Partition partition) const;
  Timestamp now() const;

  // As BrokerTime's.
  void read_before(Partition partition, Timestamp stamp);
  std::optional<Duration> skew(Partition partition) const;
  bool refuses_wall_clock() const;
  // The next record was read, just now; when this node sent it: none, another one did.
  std::optional<Duration> read(Partition partition, Timestamp stamp, std::string_view key);

  // Without it no tick is made: the log is current only as long as this node appends.
  void tick_with(MakeTick make_tick);
  // To be called often, at least every 50 ms: tells who waits for a proof, as far as it is there.
  void answer_proofs() const;
  // The same; and appends the ticks that are due.
  void keep_time();
  // What the acknowledgements of its own records say. After a MissedLeader, `turned` is to be
  // called once that broker is read from: until something may have come nothing more is found.
  Finding judge_leader();
  void turned();

  std::uint64_t ticks_sent() const { return ticks_sent_; }
  // Nothing will be proven any more: who waits hears that nobody can tell.
  void abandon_proofs();

 private:
  void prove(Partition partition, Duration asked_at, EventLog::EndAnswered done) const;
  void send_proof(Partition partition, Duration interval) const;
  void send_tick(Partition partition, const std::string& tick) const;
  void answer_proofs(Partition partition) const;
  Acknowledged& acknowledged(Partition partition) const {
    return acknowledged_[static_cast<std::size_t>(partition)];
  }
  EndProofs& proofs(Partition partition) const {
    return proofs_[static_cast<std::size_t>(partition)];
  }

  const Clock& clock_;
  Random& random_;
  const Ways ways_;
  mutable std::atomic<std::uint64_t> ticks_sent_ = 0;
  mutable std::mutex mutex_;  // guards the rest
  BrokerTime time_;
  mutable OwnRecords own_;
  mutable std::array<EndProofs, partitions.size()> proofs_;
  mutable std::array<Acknowledged, partitions.size()> acknowledged_;
  MakeTick make_tick_;
  Duration turned_at_ = -unread_max;  // to another broker
};

}  // namespace optare
