// Moves a history into another log: every commit that was admitted, then the seal. Knows no adapter
// (core/log/admission.h says what of it counts).
#pragma once

#include <array>

#include "commands/handle.h"
#include "core/log/event_log.h"
#include "core/log/frame.h"
#include "core/ports/clock.h"
#include "ops/progress.h"
#include "projections/follow.h"

namespace optare {

// At rest, its view at its log's end.
struct ImportSource {
  const EventLog& log;
  const Store& view;
  LogId log_id{};
  LiveStates::Heads heads;
};

// Followed by nobody else while the import runs: it steps the follower itself.
struct ImportTarget {
  EventLog& log;
  const Store& view;
  Follower& follower;
  const LiveStates& states;
  CommandRunner& runner;
  const FrameMac& mac;
  LogId log_id{};
};

struct ImportLimits {
  // Sent and not yet read back.
  std::size_t records_max = 2048;
  std::size_t bytes_max = 8U << 20U;
  // All is answered and the log does not move: what is missing is sent again.
  Duration resend_after = std::chrono::seconds(2);
  // The log did not move for so long: give up. Longer than a fail-over of brokers.
  Duration patience = std::chrono::seconds(60);
};

// Each step may be interrupted anywhere, and is repeated from the first by running all again.
// Errors: conflict, when the target has another history, or this one is sealed; clock_skew;
// unavailable, when the target's log does not go on. Throws LogFault, StoreFault.
class LogImport {
 public:
  LogImport(ImportSource source, ImportTarget target, const Clock& clock, Progress& progress,
            ImportLimits limits = {});

  // Reads the whole source, compares it with its own chain and with what the target has.
  [[nodiscard]] Result<void> check();
  // Every commit; then the target's chain is the source's.
  [[nodiscard]] Result<void> carry();
  // Of no return: the target is in its own hands, and takes nothing imported any more. The position
  // of the seal.
  [[nodiscard]] Result<std::uint64_t> seal();

  std::uint64_t commits() const;  // of the source

 private:
  class Flight;
  const Head& source_head(Partition partition) const;
  Head target_head(Partition partition) const { return target_.states.head(partition); }
  bool sealed(Partition partition) const;
  Result<void> check_clock() const;
  Result<Hash> checked_chain(Partition partition, std::uint64_t at) const;
  Result<void> check_target(Partition partition, const Hash& hash_there) const;
  Result<void> carry(Partition partition);
  Result<void> send(Partition partition);
  Result<void> step();
  Result<void> lost_patience(Partition partition) const;
  Result<Committed> seal(Partition partition);

  const ImportSource source_;
  const ImportTarget target_;
  const Clock& clock_;
  Progress& progress_;
  const ImportLimits limits_;
  Duration moved_at_{};  // boottime; when the target's log moved last
};

}  // namespace optare
