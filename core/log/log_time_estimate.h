// What the records of a partition tell of its log's time, and of how current who reads them is
// (design D1, D3, D11). Pure: whoever reads a log of brokers feeds it, the simulation too.
#pragma once

#include <array>
#include <optional>

#include "core/base/time.h"
#include "core/log/event_log.h"

namespace optare {

// How long an observation counts: brokers' clocks are moved, and each leader has its own.
constexpr Duration observation_life = std::chrono::minutes(5);

// The brokers' clock runs at some offset from this machine's BOOTTIME, which no record tells
// exactly. One that was stamped T and read at b tells that the offset is at least T - b; one that
// this node sent at s, that it is at most T - s. Between these two lies every answer given here,
// on the careful side: `now` is not ahead of the log, and `current_at` not ahead of what was read.
//
// A record of one's own also proves, whatever any clock says, that everything durable when it was
// sent has been read: brokers keep one order. Before the first of them nothing is current.
//
// When an observation contradicts the others, a clock was moved: the newest counts.
class LogTimeEstimate {
 public:
  // The newest record of an earlier time, whose reading nobody timed.
  void read_before(Timestamp stamp) { newest_ = std::max(newest_, stamp); }
  // A record in its place in the log. `sent_at`: by BOOTTIME, for one that this node appended.
  void observe(Timestamp stamp, Duration read_at, std::optional<Duration> sent_at = std::nullopt);

  // Max of all stamps: whatever comes later has at least this log time.
  Timestamp newest() const { return newest_; }
  Currency currency() const { return {current_at_, newest_}; }
  // The log's time then; none before the first record.
  std::optional<Timestamp> time_at(Duration boottime) const;
  // By how much a wall clock is ahead of the log's (or behind: negative), at least. None before a
  // record of one's own.
  std::optional<Duration> skew(Timestamp wall, Duration boottime) const;
  // There is no young record of one's own to go by: send one.
  bool wants_own_record(Duration boottime) const { return !at_most(boottime); }

 private:
  struct Bound {
    Duration offset{};
    Duration seen_at{};
  };
  // The best of this and of the time before, each as long as `observation_life`.
  struct Bounds {
    std::optional<Bound> best;
    std::optional<Bound> before;
    Duration began_at{};
  };
  enum class Side : std::uint8_t { at_least, at_most };
  static void add(Bounds& bounds, Side side, Bound bound);
  static std::optional<Duration> of(const Bounds& bounds, Side side, Duration boottime);
  std::optional<Duration> at_least(Duration boottime) const {
    return of(at_least_, Side::at_least, boottime);
  }
  std::optional<Duration> at_most(Duration boottime) const {
    return of(at_most_, Side::at_most, boottime);
  }

  Bounds at_least_;
  Bounds at_most_;
  Timestamp newest_{};
  Duration current_at_ = Currency::never;
};

}  // namespace optare
