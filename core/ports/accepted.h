// The port to what was admitted: commits in order, as the audit shows them. projections/ implements
// it.
#pragma once

#include <cstdint>
#include <vector>

#include "core/log/commit.h"

namespace optare {

struct AcceptedCommit {
  std::uint64_t ordinal = 0;
  std::uint64_t offset = 0;  // in the log
  Timestamp log_time;
  Commit commit;
};

class AcceptedCommits {
 public:
  virtual ~AcceptedCommits() = default;
  // From ordinal `after` (exclusive) on, in order, at most `limit`; empty at the end.
  // Throws LogFault when the log no longer holds what was admitted.
  virtual std::vector<AcceptedCommit> after(Partition partition, std::uint64_t after,
                                            std::size_t limit) const = 0;
};

}  // namespace optare
