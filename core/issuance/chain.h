// The chain of issuance batches: each names the hash of the one before.
#pragma once

#include "core/issuance/batch.h"
#include "core/log/retained_log.h"

namespace optare {

// Where the next batch goes.
struct ChainEnd {
  BatchHash hash{};
  std::uint64_t next_number = 1;
  std::uint64_t next_offset = 0;  // in the log
};

BatchHash batch_hash(std::string_view record);

// The hash before the oldest batch that is kept. Throws LogFault.
BatchHash hash_at_cut(const RetainedLog::Cut& cut);
std::string note_of(const BatchHash& hash);

// Where the spool in `log` goes on for this start. Throws LogFault.
ChainEnd chain_end(const RetainedLog& log, const StartId& start_id);

}  // namespace optare
