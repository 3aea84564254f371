// Which streams are over? Those of commands after 24 hours of log time, those of tokens 30 days
// after their last write: admission takes them for new then, and their versions' rows go.
#pragma once

#include "projections/projection.h"

namespace optare {

constexpr int streams_cleared_per_commit = 4;  // ours

class StreamEnds final : public Projection {
 public:
  std::string_view name() const override { return "stream_ends"; }
  int version() const override { return 1; }
  std::span<const Table> tables() const override;
  std::expected<void, Unappliable> apply(const Facts& facts, Rows& rows) const override;
};

}  // namespace optare
