// Who may ask whether tokens for an API are active.
#pragma once

#include "api/admin/call.h"

namespace optare {

Task<Result<Response>> list_introspectors(const AdminCall& call);
// 200.
Task<Result<Response>> put_introspector(const AdminCall& call);
// 204, also when it is none.
Task<Result<Response>> delete_introspector(const AdminCall& call);

}  // namespace optare
