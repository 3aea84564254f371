// Whether a leader may be believed about where a partition ends. One that was cut off from its
// peers, or slept, and does not know yet that another leads, tells of an end from before.
#pragma once

#include <cstdint>

#include "core/base/time.h"

namespace optare {

// How long ago a record that counts as proof may be: shorter than brokers take to make another one
// the leader of what nobody heard of (broker.session.timeout.ms, 9 s; ours in tests 3 s), and than
// one that was elected on purpose waits for the copy of the old one before it acknowledges anything
// (replica.lag.time.max.ms, 30 s; ours in tests 5 s).
constexpr Duration leader_trusted_for = std::chrono::seconds(2);

// What is known when the question is put.
struct EndAsked {
  Duration at{};              // boottime
  Duration current_at{};      // everything durable by then is read
  std::uint64_t read_to = 0;  // one past the last record that is read

  // A leader of then leads still, when what was read was durable a moment ago; and when another
  // one has led since, then what was read came from that one, behind where the first one ends.
  bool believes(std::uint64_t end) const {
    return end >= read_to && at - current_at <= leader_trusted_for;
  }
};

}  // namespace optare
