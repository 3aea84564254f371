// Which access tokens were revoked before their time? Rows go once the token would have ended
// anyway.
#pragma once

#include "core/revocation/revocation.h"
#include "projections/projection.h"

namespace optare {

// Rows of ended tokens that one commit clears away.
constexpr int revocations_cleared_per_commit = 4;  // ours: faster than they come, bounded work

class Revocations final : public Projection {
 public:
  std::string_view name() const override { return "revocations"; }
  int version() const override { return 1; }
  std::span<const Table> tables() const override;
  std::expected<void, Unappliable> apply(const Facts& facts, Rows& rows) const override;
};

}  // namespace optare
