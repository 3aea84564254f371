// What time a record of the embedded log gets, and when the wall clock is not believed
// (contracts.md G).
#pragma once

#include <atomic>
#include <optional>

#include "core/ports/clock.h"

namespace optare {

// A wall clock that is further behind log time, or that leapt further against BOOTTIME, is refused.
constexpr Duration clock_skew_max = std::chrono::seconds(5);

// Log time never goes back: max(wall, last). While the wall clock is not believed, `now` goes on by
// BOOTTIME. A clock that leapt is believed again when it is back, or after a restart: by then a
// person has looked, since a log time in the future would end every overlap at once. One that was
// behind log time from the start is believed once it is ahead of it; until then time stands still.
//
// Thread: `stamp` from one thread at a time, `now` from any.
class LogClock {
 public:
  // `last`: the time of the newest record. The clock outlives this.
  LogClock(const Clock& clock, Timestamp last);

  // The time for a record appended now; none when the wall clock is not believed.
  std::optional<Timestamp> stamp();
  // The same without refusal, for logs whose times decide nothing.
  Timestamp stamp_anyway();
  Timestamp now() const;
  // The newest record turned out to be younger than what was stamped here.
  void at_least(Timestamp last);

 private:
  struct Reading {
    Timestamp time;  // by the wall, or by BOOTTIME when the wall leapt
    bool leapt = false;
  };
  Reading read() const;

  const Clock& clock_;
  std::atomic<Timestamp> last_;
  // Wall minus BOOTTIME when last believed: it stays the same but for slewing and small steps.
  mutable std::atomic<Duration> believed_;
};

}  // namespace optare
