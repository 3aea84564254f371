// Ends a history that was carried over from another log: from here on this log is in its own hands
// (core/log/admission.h). Decided on exactly the view that it ends, or it is void.
#pragma once

#include "commands/decision.h"

namespace optare {

struct SealLog {
  static constexpr std::string_view name = "SealLog";
  struct State {
    std::uint64_t version = 0;  // of the seal's stream
  };

  Partition partition = Partition::control;
  LogId log_id{};  // of the log that is sealed

  State load(const States& states) const;
  [[nodiscard]] Result<Decision> decide(const State& state, const CommandContext& context) const;
  std::string subject() const { return seal_stream(partition); }
};

}  // namespace optare
