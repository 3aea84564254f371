// Which deployment is this? One row.
#pragma once

#include "core/system/system.h"
#include "projections/projection.h"

namespace optare {

class SystemRow final : public Projection {
 public:
  std::string_view name() const override { return "system"; }
  int version() const override { return 1; }
  std::span<const Table> tables() const override;
  std::expected<void, Unappliable> apply(const Facts& facts, Rows& rows) const override;
};

}  // namespace optare
