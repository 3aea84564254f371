#include "core/issuance/chain.h"

#include <algorithm>

#include "core/base/encoding.h"
#include "core/issuance/spool.h"
#include "core/ports/crypto.h"

namespace optare {

BatchHash batch_hash(std::string_view record) { return sha256(record); }

BatchHash hash_at_cut(const RetainedLog::Cut& cut) {
  BatchHash hash{};
  if (cut.offset == 0) return hash;
  if (cut.note.size() != hash.size()) throw LogFault("the issuance spool's cut has no hash");
  std::ranges::copy(bytes_of(cut.note), hash.begin());
  return hash;
}

std::string note_of(const BatchHash& hash) { return std::string(text_of(hash)); }

ChainEnd chain_end(const RetainedLog& log, const StartId& start_id) {
  const RetainedLog::Cut cut = log.cut(issuance_partition);
  const std::uint64_t end = log.end(issuance_partition);
  if (end == cut.offset) return {.hash = hash_at_cut(cut), .next_offset = end};
  const auto records = log.read(issuance_partition, end - 1, 1);
  if (records.size() != 1) throw LogFault("the issuance spool's last batch cannot be read");
  const auto last = parse_batch(records.front().bytes);
  if (!last) throw LogFault("the issuance spool's last record: " + last.error().detail);
  const bool ours = std::ranges::equal(last->start_id, start_id);
  return {.hash = batch_hash(records.front().bytes),
          .next_number = ours ? last->first_number + last->tokens.size() : 1,
          .next_offset = end};
}

}  // namespace optare
