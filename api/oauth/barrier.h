// Nobody is refused because something is absent before the view has caught up with the log: what
// was created on one node works on the next at once (design D6).
#pragma once

#include "core/base/result.h"
#include "core/base/task.h"
#include "core/ports/states.h"

namespace optare {

// Errors: not_fresh.
[[nodiscard]] inline Task<Result<void>> see_all_of_control(States& states) {
  if (co_await states.caught_up(Partition::control)) co_return Result<void>{};
  co_return reject(Code::not_fresh, "this node is behind its log: try again shortly");
}

// Tokens and introspection fail closed (design D11). Asked when answering. Errors: not_fresh.
[[nodiscard]] inline Result<void> fresh_enough(const States& states) {
  if (states.fresh()) return {};
  return reject(
      Code::not_fresh,
      "this node has not heard from its log for too long to answer: try again shortly, or "
      "ask another node");
}

}  // namespace optare
