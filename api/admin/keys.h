// /keys: the keys that sign access tokens, as far as anyone may see them.
#pragma once

#include "api/admin/call.h"

namespace optare {

Task<Result<Response>> list_keys(const AdminCall& call);
// {"alg"} or no body (then that of the key that signs now) -> 200 with the new key, which signs
// from `signs_from` on.
Task<Result<Response>> rotate_key(const AdminCall& call);
// {"reason"} or no body -> 200. When no key would be left that verifiers know, the same commit
// publishes another one, which signs at once: `replacement_kid`.
Task<Result<Response>> revoke_key(const AdminCall& call);

}  // namespace optare
