// The commits of this node that are under way: sends them, and tells each sender what became of
// his.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "core/base/task.h"
#include "core/log/event_log.h"
#include "core/log/settle.h"
#include "core/ports/clock.h"

namespace optare {

// How long after it was made a commit may still be admitted, in log time: longer than a broker's
// fail-over (3 to 6 s), so that a commit survives one; short enough that `unknown` settles soon.
constexpr Duration commit_deadline = std::chrono::seconds(10);
// How long a sender waits for certainty. The same: past it, only the log can tell.
constexpr Duration send_patience = commit_deadline;
// Commits without an answer that are remembered, so that their late certainty is seen; then the
// oldest is forgotten.
constexpr std::size_t unknowns_kept_max = 4096;

// Thread: all of it may be called from any thread; one follower reports the records.
// Lifetime: the log may call back after this is gone.
class Settler {
 public:
  struct Counts {
    std::uint64_t under_way = 0;  // now
    std::uint64_t done = 0;
    std::uint64_t voids = 0;
    std::uint64_t failed = 0;
    std::uint64_t unknown = 0;
    std::uint64_t settled_late = 0;  // unknown at first, certain later
    bool operator==(const Counts&) const = default;
  };

  explicit Settler(const Clock& clock);

  // Appends the frame of commit `id` and completes with its outcome, at the latest when `tick`
  // finds `patience` over. REQUIRES: a new id; `deadline` is the commit's own,
  // EventLog::now() + commit_deadline when it was made.
  Task<Outcome> send(EventLog& log, Partition partition, CommitId id, Timestamp deadline,
                     std::string frame, Duration patience = send_patience);

  // From the follower, once the record at `offset` is applied and can be read; others' commits are
  // no concern.
  void observed(Partition partition, const Verdict& verdict, std::uint64_t offset);
  // From the follower: everything up to `offset`, of this log time, is applied. After `observed`.
  void passed(Partition partition, Timestamp log_time, std::uint64_t offset);
  // To be called about every 100 ms: ends the patience of those who waited long enough.
  void tick();

  Counts counts() const;

 private:
  struct State;
  const Clock& clock_;
  std::shared_ptr<State> state_;  // shared with the log's callbacks
};

}  // namespace optare
