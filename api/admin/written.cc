#include "api/admin/written.h"

namespace optare {

std::optional<std::string> remembered_row(const AdminCall& call, const Committed& committed) {
  if (committed.replayed) return committed.outcome.row;
  if (!call.origin.command_id || committed.events.empty()) return std::nullopt;
  const auto outcome = call.services.states.outcome(*call.origin.command_id);
  return outcome ? std::optional(outcome->row) : std::nullopt;
}

}  // namespace optare
