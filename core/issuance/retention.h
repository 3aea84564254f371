// How long issuance batches are kept (contracts.md L).
#pragma once

#include "core/log/retained_log.h"

namespace optare {

struct IssuanceRetention {
  Duration age_max = std::chrono::days(30);
  std::uint64_t bytes_max = 10ULL << 30U;
};

// Drops the oldest batches beyond either bound and keeps the hash at the cut, so that verification
// goes on from there. Says how many it dropped. Blocks on the disk. Throws LogFault.
std::uint64_t drop_expired_batches(RetainedLog& log, const IssuanceRetention& retention,
                                   Timestamp now);

}  // namespace optare
