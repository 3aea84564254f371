// How far a spool was forwarded, as it is remembered over restarts.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/issuance/batch.h"
#include "core/log/retained_log.h"

namespace optare {

// Every batch below `next` was acknowledged. The hash says of which chain: a mark of a spool that
// was lost or swapped is none.
struct ForwardMark {
  std::uint64_t next = 0;
  BatchHash hash{};  // of the batch before `next`; zero when there is none
  bool operator==(const ForwardMark&) const = default;
};

// One line of text: "optare forwarded 1 <next> <hash in hex>".
std::string forward_mark_text(const ForwardMark& mark);
// None: it is no mark that this build understands.
std::optional<ForwardMark> parse_forward_mark(std::string_view text);

// The mark for a spool of which everything below `next` was acknowledged. Throws LogFault.
ForwardMark forward_mark_at(const RetainedLog& spool, std::uint64_t next);

// Where forwarding goes on.
struct ForwardStart {
  std::uint64_t next = 0;
  std::uint64_t lost = 0;  // batches that the spool dropped before they were forwarded
  std::string remark{};    // why it is not where the mark says; empty when it is
};
// Without a mark that fits, from the oldest batch kept: twice does no harm, once is needed. Throws
// LogFault.
ForwardStart forward_start(const RetainedLog& spool, std::string_view mark_text);

}  // namespace optare
