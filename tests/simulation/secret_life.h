// The life of one secret as the events of its application tell it.
#pragma once

#include <optional>
#include <vector>

#include "core/base/id.h"
#include "tests/simulation/model_rows.h"

namespace optare::simulation {

struct SecretLife {
  std::optional<std::uint64_t> made;        // ordinal
  std::optional<std::uint64_t> superseded;  // by a rotation, which gave it
  std::optional<Timestamp> deadline;        // this one
  std::optional<std::uint64_t> ended;       // dropped, revoked, or its application deleted
  std::vector<Happened> expirations;        // SecretExpired

  // Should it open anything, for who has applied all up to `ordinal`, when it is `now`?
  bool valid(std::uint64_t ordinal, Timestamp now) const;
};
SecretLife life_of(const SecretId& secret, const std::vector<Happened>& application);

}  // namespace optare::simulation
