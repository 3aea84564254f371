#include "core/issuance/collector.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/encoding.h"

namespace optare {

Result<std::optional<schema::IssuanceBatchT>> IssuanceCollector::take(std::string_view record) {
  auto batch = parse_batch(record);
  if (!batch) return reject(Code::internal, batch.error().detail);
  Start start{batch->node_id, std::string(text_of(batch->start_id))};
  const std::uint64_t next_number = batch->first_number + batch->tokens.size();
  const auto known = starts_.find(start);
  if (known != starts_.end() && next_number <= known->second.next_number) {
    ++repeated_;
    return std::nullopt;
  }
  const std::string wrong = gap(*batch, start);
  ++batches_;
  tokens_ += batch->tokens.size();
  nodes_.insert(batch->node_id);
  Known& end = starts_[std::move(start)];
  end.hash = batch_hash(record);
  end.next_number = next_number;
  if (!wrong.empty()) return reject(Code::internal, wrong);
  return std::optional(std::move(*batch));
}

std::string IssuanceCollector::gap(const schema::IssuanceBatchT& batch, const Start& start) {
  const auto wrong = [&](const std::string& what) {
    return fmt::format("node {}, start {}, number {}: {}", batch.node_id, hex(batch.start_id),
                       batch.first_number, what);
  };
  BatchHash previous{};
  std::ranges::copy(batch.previous_hash, previous.begin());
  const auto known = starts_.find(start);
  if (known == starts_.end())
    return may_begin(batch, previous)
               ? ""
               : wrong("what comes before it is not here, or is not what it follows");
  const Known& end = known->second;
  if (end.followed) return wrong("another start had gone on from here already");
  if (batch.first_number != end.next_number)
    return wrong(fmt::format("number {} was due: what is between is not here", end.next_number));
  if (previous != end.hash) return wrong("it does not follow the batch before it");
  return {};
}

bool IssuanceCollector::may_begin(const schema::IssuanceBatchT& batch, const BatchHash& previous) {
  if (beginning_is_gone_ && !nodes_.contains(batch.node_id)) return true;
  if (batch.first_number != 1) return false;
  if (previous == BatchHash{}) return true;
  const auto before = std::ranges::find_if(starts_, [&](const auto& start) {
    return start.second.hash == previous && !start.second.followed;
  });
  if (before == starts_.end()) return false;
  before->second.followed = true;
  return true;
}

}  // namespace optare
