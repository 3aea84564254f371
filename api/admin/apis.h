// /apis: registered, shown, changed, ended.
#pragma once

#include "api/admin/call.h"

namespace optare {

// {"identifier", "name", "scopes": [{"name", "description"}], "token_lifetime_seconds",
// "token_format"} -> 201.
Task<Result<Response>> create_api(const AdminCall& call);
Task<Result<Response>> list_apis(const AdminCall& call);
Task<Result<Response>> get_api(const AdminCall& call);
// The same members but for the identifier, which is for ever.
Task<Result<Response>> update_api(const AdminCall& call);
// {"reason"} or no body -> 200 with deleted_at and position.
Task<Result<Response>> delete_api(const AdminCall& call);

}  // namespace optare
