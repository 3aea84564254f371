// No token without a record (design D10): what is issued is on disk before the token leaves.
#pragma once

#include <memory>
#include <string>

#include "core/base/task.h"
#include "core/issuance/acknowledgements.h"
#include "core/issuance/batch.h"
#include "core/log/retained_log.h"

namespace optare {

// The spool has one partition of its log.
constexpr Partition issuance_partition = Partition::control;

// Gathers tokens while the previous batch is being synced; they become one record and share one
// sync. Tokens are numbered 1, 2, ... without a gap within a start, batches are chained by hash
// over starts: core/issuance/reader.h shows that none is missing.
class IssuanceSpool {
 public:
  // More tokens than this waiting for one sync are refused (overloaded).
  static constexpr std::size_t batch_tokens_max = 4'096;
  // So are more bytes than this. With one more token (a hundred scopes of 64 bytes) and what Kafka
  // adds, a batch fits into a record of 1 MiB, which is what the issuance topic takes.
  static constexpr std::size_t batch_bytes_max = 960U << 10U;

  // Goes on where the log's last batch ended. `log` outlives this and answers all appends before it
  // goes. With `acknowledgements`, a token waits for that of its batch, too. Throws LogFault.
  IssuanceSpool(RetainedLog& log, std::string node_id, const StartId& start_id,
                std::shared_ptr<IssuanceAcknowledgements> acknowledgements = nullptr);

  // Durable when it says so; otherwise the token must not leave. `token` and its texts live until
  // then. Errors: unavailable, disk_full, overloaded. Thread: any.
  [[nodiscard]] Task<Result<void>> record(const IssuedToken& token);

 private:
  class Gathering;
  std::shared_ptr<Gathering> gathering_;  // also of the appends under way
};

}  // namespace optare
