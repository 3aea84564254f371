// From here on commits may hold what only newer builds understand; older nodes stop at it (design
// D1).
#pragma once

#include "commands/decision.h"
#include "core/log/admission.h"

namespace optare {

struct RaiseFeatureLevel {
  static constexpr std::string_view name = "RaiseFeatureLevel";
  struct State {
    std::uint64_t version = 0;  // of the stream, claims included
    std::shared_ptr<const System> system;
  };

  std::uint32_t level = 0;
  std::uint32_t supported = feature_level_supported;  // by this build

  State load(const States& states) const;
  // Errors: unprocessable, above what this build understands.
  [[nodiscard]] Result<Decision> decide(const State& state, const CommandContext& context) const;
  std::string subject() const { return std::string(system_stream); }
};

}  // namespace optare
