// A command on a node that nobody follows yet: at its first start, and while a history moves in.
#pragma once

#include "commands/handle.h"
#include "projections/follow.h"

namespace optare {

// Steps the follower until the command has ended. Bounded by the command's own patience, which the
// follower's tick ends. Errors: the command's. Throws what the follower threw, once the command has
// ended: it refers to what its caller takes away.
[[nodiscard]] Result<Committed> run_stepping(Follower& follower, Task<Result<Committed>> command);

}  // namespace optare
