// Which APIs are there? The folded state of each, and the living one behind each identifier.
#pragma once

#include "core/api/api.h"
#include "projections/projection.h"

namespace optare {

class Apis final : public Projection {
 public:
  std::string_view name() const override { return "apis"; }
  int version() const override { return 1; }
  std::span<const Table> tables() const override;
  std::expected<void, Unappliable> apply(const Facts& facts, Rows& rows) const override;
};

}  // namespace optare
