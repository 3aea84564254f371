// What came of a command that carried an Idempotency-Key? Remembered for 24 hours of log time.
#pragma once

#include "core/ports/states.h"
#include "projections/projection.h"

namespace optare {

constexpr int outcomes_cleared_per_commit = 4;  // ours

class Outcomes final : public Projection {
 public:
  std::string_view name() const override { return "outcomes"; }
  int version() const override { return 1; }
  std::span<const Table> tables() const override;
  bool reads_others() const override { return true; }
  std::expected<void, Unappliable> apply(const Facts& facts, Rows& rows) const override;
};

// The table and key of the row that a stream's folded state lives in.
struct RowPlace {
  Table table;
  std::string_view key;
};
std::optional<RowPlace> row_place(std::string_view stream);

}  // namespace optare
