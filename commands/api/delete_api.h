// Ends an API: its tokens die, and its identifier is free for another.
#pragma once

#include "commands/decision.h"

namespace optare {

struct DeleteApi {
  static constexpr std::string_view name = "DeleteApi";
  struct State {
    std::shared_ptr<const Api> api;
    std::uint64_t identifier_version = 0;
  };

  ApiId api;
  std::string reason;

  State load(const States& states) const;
  // Errors: not_found; conflict, for the admin API.
  [[nodiscard]] Result<Decision> decide(const State& state, const CommandContext& context) const;
  std::string subject() const { return api_stream(api); }
};

}  // namespace optare
