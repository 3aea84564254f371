// Tokens that wait until their batch is acknowledged elsewhere (issuance_ack = kafka).
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <vector>

#include "core/base/time.h"

namespace optare {

// Longer than brokers take to elect a new leader, shorter than a stopping server waits for its
// answers; ours.
constexpr Duration issuance_ack_patience = std::chrono::seconds(5);

// The spool waits here, a forwarder tells. Who waited in vain closes the door behind itself: as
// long as that batch is not acknowledged, nobody else need wait as long.
//
// Limits: as many wait as batches were synced within `patience`.
// Thread: safe. `done` is called once, by whichever call decides it, without a lock.
class IssuanceAcknowledgements {
 public:
  using Done = std::move_only_function<void(bool acknowledged)>;
  using Time = std::chrono::steady_clock::time_point;

  explicit IssuanceAcknowledgements(Duration patience = issuance_ack_patience)
      : patience_(patience) {}

  // --- the spool
  // Whether a batch that is made now may hope to be acknowledged in time.
  bool hopeful() const;
  void await(std::uint64_t offset, Done done, Time now = std::chrono::steady_clock::now());

  // --- the forwarder
  // Every batch below `next` is acknowledged.
  void acknowledged(std::uint64_t next) { come_to(next, true); }
  // What is not acknowledged below `next` never will be: who waits for it is told no, and so is who
  // asks for anything below it from now on. Nobody loses hope for it.
  void lost(std::uint64_t next) { come_to(next, false); }
  // Those that waited long enough are told so.
  void expire(Time now);
  // Nobody will be told any more: all are told no, now and later.
  void close();

 private:
  struct Waiting {
    Time until;
    Done done;
  };
  void come_to(std::uint64_t next, bool acknowledged);

  const Duration patience_;
  mutable std::mutex mutex_;
  std::uint64_t next_ = 0;                    // nothing below is waited for
  std::uint64_t lost_below_ = 0;              // something below is lost
  std::uint64_t hope_from_ = 0;               // hopeful once everything below is acknowledged
  std::map<std::uint64_t, Waiting> waiting_;  // by offset, so also by time
  bool closed_ = false;
};

}  // namespace optare
