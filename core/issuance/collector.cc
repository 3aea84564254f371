#include "core/issuance/collector.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "core/base/encoding.h"

namespace optare {
namespace {

std::string at(int partition, std::uint64_t offset) {
  return fmt::format("partition {}, offset {}", partition, offset);
}

}  // namespace

void IssuanceCollector::begin_partition(int partition, bool beginning_is_gone) {
  partition_ = partition;
  beginning_is_gone_ = beginning_is_gone;
  any_beginning_is_gone_ = any_beginning_is_gone_ || beginning_is_gone;
  met_.clear();
}

Result<std::optional<schema::IssuanceBatchT>> IssuanceCollector::take(std::uint64_t offset,
                                                                      std::string_view record) {
  auto batch = parse_batch(record);
  const auto wrong = [&](const std::string& what) {
    return reject(Code::internal, fmt::format("{}: {}", at(partition_, offset), what));
  };
  if (!batch) return wrong(batch.error().detail);
  const bool first_kept = beginning_is_gone_ && met_.insert(batch->node_id).second;
  Stretches& stretches = starts_[{batch->node_id, std::string(text_of(batch->start_id))}];
  const std::uint64_t number = batch->first_number;
  const std::uint64_t next_number = number + batch->tokens.size();
  const auto behind = stretches.upper_bound(number);
  auto stretch = behind == stretches.begin() ? stretches.end() : std::prev(behind);
  if (stretch != stretches.end() && next_number <= stretch->second.next_number) {
    ++repeated_;
    return std::nullopt;
  }
  if ((stretch != stretches.end() && number < stretch->second.next_number) ||
      (behind != stretches.end() && behind->first < next_number))
    return wrong(fmt::format("node {}, start {}, number {}: other batches have some of its numbers",
                             batch->node_id, hex(batch->start_id), number));
  Stretch one{.next_number = next_number,
              .last = batch_hash(record),
              .issued_at = batch->tokens.front()->issued_at,
              .partition = partition_,
              .offset = offset,
              .first_kept = first_kept};
  std::ranges::copy(batch->previous_hash, one.before.begin());
  const auto added = stretches.emplace_hint(behind, number, one);
  join(stretches, added);
  if (stretch != stretches.end()) join(stretches, stretch);
  ++batches_;
  tokens_ += batch->tokens.size();
  return std::optional(std::move(*batch));
}

// Makes one of `stretch` and the next, if that follows it.
void IssuanceCollector::join(Stretches& stretches, Stretches::iterator stretch) {
  const auto next = std::next(stretch);
  if (next == stretches.end() || next->first != stretch->second.next_number ||
      next->second.before != stretch->second.last)
    return;
  // A batch that is repeated may stand behind one that comes after it, and its first time be gone.
  if (next->second.first_kept && next->second.partition == stretch->second.partition)
    stretch->second.first_kept = true;
  stretch->second.next_number = next->second.next_number;
  stretch->second.last = next->second.last;
  stretches.erase(next);
}

std::set<const IssuanceCollector::Stretch*> IssuanceCollector::oldest() const {
  std::map<std::string_view, const Stretch*> by_node;
  for (const auto& [start, stretches] : starts_) {
    for (const auto& [number, stretch] : stretches) {
      const Stretch*& found = by_node[start.first];
      if (found == nullptr || stretch.issued_at < found->issued_at) found = &stretch;
    }
  }
  std::set<const Stretch*> all;
  for (const auto& [node, stretch] : by_node) all.insert(stretch);
  return all;
}

std::vector<std::string> IssuanceCollector::gaps() const {
  std::set<BatchHash> ends;  // of starts; one other start may go on there
  for (const auto& [start, stretches] : starts_)
    ends.insert(std::prev(stretches.end())->second.last);
  const auto may_begin = any_beginning_is_gone_ ? oldest() : std::set<const Stretch*>{};
  std::vector<std::string> found;
  for (const auto& [start, stretches] : starts_) {
    const Stretch* before = nullptr;
    for (const auto& [number, stretch] : stretches) {
      std::string what;
      if (before == nullptr) {
        const bool begins =
            number == 1 && (stretch.before == BatchHash{} || ends.erase(stretch.before) > 0);
        if (!begins) what = "what comes before it is not here, or another start had gone on there";
      } else if (before->next_number != number) {
        what = fmt::format("number {} was due: what is between is not here", before->next_number);
      } else {
        what = "it does not follow the batch before it";
      }
      before = &stretch;
      if (what.empty() || stretch.first_kept || may_begin.contains(&stretch)) continue;
      found.push_back(fmt::format("{}: node {}, start {}, number {}: {}",
                                  at(stretch.partition, stretch.offset), start.first,
                                  hex(bytes_of(start.second)), number, what));
    }
  }
  return found;
}

}  // namespace optare
