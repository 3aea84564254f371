// /feature-level: how far the log was raised, and the wish to raise it.
#pragma once

#include "api/admin/call.h"

namespace optare {

// What this build understands, and what the log was raised to.
Task<Result<Response>> get_feature_level(const AdminCall& call);
// {"level"} -> 200. A level that was reached already changes nothing; it is never lowered.
// Errors: unprocessable, a level above what this build understands.
Task<Result<Response>> raise_feature_level(const AdminCall& call);

}  // namespace optare
