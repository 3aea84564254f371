// With which keys are tokens signed?
#pragma once

#include "core/signing_key/signing_key.h"
#include "projections/projection.h"

namespace optare {

class SigningKeyRows final : public Projection {
 public:
  std::string_view name() const override { return "signing_keys"; }
  int version() const override { return 1; }
  std::span<const Table> tables() const override;
  std::expected<void, Unappliable> apply(const Facts& facts, Rows& rows) const override;
};

}  // namespace optare
