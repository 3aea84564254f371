// Reads the issuance spool and shows that nothing is missing, altered or out of order.
#pragma once

#include <optional>

#include "core/issuance/chain.h"

namespace optare {

// From the oldest batch that is kept to the newest. What the chain cannot show by itself is that
// the newest batches were cut off: compare `head` with the one of an earlier export, or of the
// node.
class IssuanceReader {
 public:
  explicit IssuanceReader(const RetainedLog& log);  // throws LogFault

  // The next batch; none at the end. Errors: internal, naming the record and what is wrong with it;
  // the reader stays there. Throws LogFault.
  [[nodiscard]] Result<std::optional<schema::IssuanceBatchT>> next();
  // The hash of the last batch read (before the first: of the one before).
  const BatchHash& head() const { return head_; }
  std::uint64_t offset() const { return offset_; }  // of the next batch

 private:
  const RetainedLog& log_;
  std::uint64_t offset_;
  BatchHash head_;
  std::vector<std::uint8_t> start_id_;  // of the last batch read
  std::uint64_t next_number_ = 1;
  bool first_ = true;
  std::vector<LogRecord> ahead_;  // read already, not given out
  std::size_t given_ = 0;         // of `ahead_`
};

}  // namespace optare
