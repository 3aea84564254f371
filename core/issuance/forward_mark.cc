#include "core/issuance/forward_mark.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "core/base/encoding.h"
#include "core/issuance/chain.h"
#include "core/issuance/spool.h"

namespace optare {
namespace {

constexpr std::string_view prefix = "optare forwarded 1 ";

// REQUIRES: cut <= next <= end of the spool.
BatchHash hash_before(const RetainedLog& spool, std::uint64_t next) {
  const RetainedLog::Cut cut = spool.cut(issuance_partition);
  if (next <= cut.offset) return hash_at_cut(cut);
  const auto records = spool.read(issuance_partition, next - 1, 1);
  if (records.empty() || records.front().offset != next - 1)
    throw LogFault("an issuance batch cannot be read");
  return batch_hash(records.front().bytes);
}

}  // namespace

std::string forward_mark_text(const ForwardMark& mark) {
  return fmt::format("{}{} {}\n", prefix, mark.next, hex(mark.hash));
}

std::optional<ForwardMark> parse_forward_mark(std::string_view text) {
  if (!text.starts_with(prefix) || !text.ends_with('\n')) return std::nullopt;
  text.remove_prefix(prefix.size());
  text.remove_suffix(1);
  ForwardMark mark;
  const char* const end = text.data() + text.size();
  const auto [space, error] = std::from_chars(text.data(), end, mark.next);
  if (error != std::errc() || space == end || *space != ' ') return std::nullopt;
  const auto hash = from_hex({space + 1, end});
  if (!hash || hash->size() != mark.hash.size()) return std::nullopt;
  std::ranges::copy(bytes_of(*hash), mark.hash.begin());
  return mark;
}

ForwardMark forward_mark_at(const RetainedLog& spool, std::uint64_t next) {
  return {.next = next, .hash = hash_before(spool, next)};
}

ForwardStart forward_start(const RetainedLog& spool, std::string_view mark_text) {
  const RetainedLog::Cut cut = spool.cut(issuance_partition);
  const std::uint64_t end = spool.end(issuance_partition);
  const auto from_oldest = [&](std::string remark) {
    return ForwardStart{.next = cut.offset, .remark = std::move(remark)};
  };
  if (mark_text.empty()) return from_oldest("");
  const auto mark = parse_forward_mark(mark_text);
  if (!mark) return from_oldest("the mark of what was forwarded cannot be read");
  if (mark->next < cut.offset) {
    return {.next = cut.offset,
            .lost = cut.offset - mark->next,
            .remark = fmt::format("{} batches were dropped before they were forwarded",
                                  cut.offset - mark->next)};
  }
  if (mark->next > end || hash_before(spool, mark->next) != mark->hash)
    return from_oldest("the mark of what was forwarded is of another spool");
  return {.next = mark->next};
}

}  // namespace optare
