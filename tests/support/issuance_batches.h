// Batches in a spool, as a node writes them, without a node.
#pragma once

#include <fmt/format.h>

#include <string>
#include <vector>

#include "core/issuance/chain.h"
#include "core/issuance/spool.h"

namespace optare {

// Adds a batch of two tokens where the chain ends, which it moves on.
inline void add_batch(RetainedLog& spool, ChainEnd& end, const StartId& start,
                      const std::string& node, std::size_t scope_bytes = 4) {
  BatchBuilder builder;
  const std::string scopes(scope_bytes, 's');
  for (std::uint64_t i = 0; i < 2; ++i) {
    const std::string jti = fmt::format("{}-{}-{}", node, start[0], end.next_number + i);
    builder.add({.jti = jti,
                 .client_id = "srv_a",
                 .api_id = "api_b",
                 .scopes = scopes,
                 .issued_at = timestamp_of(static_cast<std::int64_t>(end.next_offset))});
  }
  const std::string batch = builder.seal(
      {.node_id = node, .start_id = start, .first_number = end.next_number, .previous = end.hash});
  spool.append(issuance_partition, batch, [&](Append outcome) {
    if (outcome == Append::persisted)
      end = {batch_hash(batch), end.next_number + 2, end.next_offset + 1};
  });
}

// The same, behind what is there.
// REQUIRES: the last batch is kept, or none of this start was there.
inline void add_batch(RetainedLog& spool, const StartId& start = {1},
                      const std::string& node = "node", std::size_t scope_bytes = 4) {
  ChainEnd end = chain_end(spool, start);
  add_batch(spool, end, start, node, scope_bytes);
}

// All records that are kept, in order.
inline std::vector<std::string> batches_of(const RetainedLog& spool) {
  std::vector<std::string> all;
  for (LogRecord& record : spool.read(issuance_partition, 0, 1'000'000))
    all.push_back(std::move(record.bytes));
  return all;
}

// As retention does.
inline void drop_batches_before(RetainedLog& spool, std::uint64_t offset) {
  const auto last = spool.read(issuance_partition, offset - 1, 1);
  spool.drop_before(issuance_partition, offset, note_of(batch_hash(last.front().bytes)));
}

}  // namespace optare
