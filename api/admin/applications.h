// /applications: made, shown, changed, ended.
#pragma once

#include "api/admin/call.h"

namespace optare {

// {"name", "type", "apis": [{"api_id" | "identifier", "scopes"}]} -> 201, with the secret this
// once.
Task<Result<Response>> create_application(const AdminCall& call);
Task<Result<Response>> list_applications(const AdminCall& call);
Task<Result<Response>> get_application(const AdminCall& call);
// {"name"}
Task<Result<Response>> update_application(const AdminCall& call);
// {"reason"} or no body, as the next three -> 200 with deleted_at and position.
Task<Result<Response>> delete_application(const AdminCall& call);
Task<Result<Response>> deactivate_application(const AdminCall& call);
Task<Result<Response>> activate_application(const AdminCall& call);
Task<Result<Response>> revoke_application_tokens(const AdminCall& call);

}  // namespace optare
