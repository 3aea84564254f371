#include "core/issuance/reader.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/issuance/spool.h"

namespace optare {
namespace {

constexpr std::size_t records_ahead = 64;

// Batches are counted from 1, as they are exported.
template <class... Arguments>
std::unexpected<Rejection> broken(std::uint64_t offset, fmt::format_string<Arguments...> what,
                                  Arguments&&... arguments) {
  return reject(Code::internal,
                fmt::format("issuance batch {}: {}", offset + 1,
                            fmt::format(what, std::forward<Arguments>(arguments)...)));
}

}  // namespace

IssuanceReader::IssuanceReader(const RetainedLog& log) : log_(log) {
  const RetainedLog::Cut cut = log.cut(issuance_partition);
  offset_ = cut.offset;
  head_ = hash_at_cut(cut);
}

Result<std::optional<schema::IssuanceBatchT>> IssuanceReader::next() {
  if (given_ == ahead_.size()) {
    ahead_ = log_.read(issuance_partition, offset_, records_ahead);
    given_ = 0;
    if (ahead_.empty()) return std::nullopt;
  }
  const LogRecord& record = ahead_[given_];
  if (record.offset != offset_)
    return broken(offset_, "missing; the next one kept is {}", record.offset + 1);
  auto batch = parse_batch(record.bytes);
  if (!batch) return broken(offset_, "altered: {}", batch.error().detail);
  if (!std::ranges::equal(batch->previous_hash, head_)) {
    return broken(offset_,
                  "does not follow the batch before it: one was altered, removed or moved");
  }
  const bool same_start = batch->start_id == start_id_;
  // The oldest kept batch may be anywhere within its start.
  const bool may_be_any = first_ && offset_ > 0;
  const std::uint64_t expected = same_start ? next_number_ : 1;
  if (!may_be_any && batch->first_number != expected) {
    return broken(offset_, "begins with number {} where {} is due", batch->first_number, expected);
  }
  first_ = false;
  head_ = batch_hash(record.bytes);
  start_id_ = batch->start_id;
  next_number_ = batch->first_number + batch->tokens.size();
  ++offset_;
  ++given_;
  return std::optional(std::move(*batch));
}

}  // namespace optare
