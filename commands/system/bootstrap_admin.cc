#include "commands/system/bootstrap_admin.h"

#include "commands/system/genesis.h"
#include "core/api/admin_api.h"

namespace optare {

Result<Decision> BootstrapAdmin::decide(const State& state, const CommandContext& context) const {
  if (!state.admin_api) return reject(Code::not_found, "the log has no genesis yet");
  CreateClient create;
  create.client = client;
  create.display_name = std::string(administrator_name);
  create.secret = secret;
  create.grants = {RequestedGrant{state.admin_api->id, {}, admin_scope_names()}};
  return create.decide({state.application, {state.admin_api}}, context);
}

}  // namespace optare
