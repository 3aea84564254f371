// The secrets of an application: rotated, and ended before their time.
#pragma once

#include "api/admin/call.h"

namespace optare {

// {"overlap_seconds", "drop_secret_id"} or no body -> 200, with the new secret this once.
Task<Result<Response>> rotate_secret(const AdminCall& call);
// 204.
Task<Result<Response>> delete_secret(const AdminCall& call);

}  // namespace optare
