// What an application may ask of an API, from both ends.
#pragma once

#include "api/admin/call.h"

namespace optare {

// {"scopes"}: the whole grant as it is from now on -> 200.
Task<Result<Response>> put_grant(const AdminCall& call);
// 204, also when there is nothing to take.
Task<Result<Response>> delete_grant(const AdminCall& call);
Task<Result<Response>> list_apis_of_application(const AdminCall& call);
Task<Result<Response>> list_applications_of_api(const AdminCall& call);

}  // namespace optare
