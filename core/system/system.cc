#include "core/system/system.h"

#include "core/base/overload.h"

namespace optare {

std::string seal_stream(Partition partition) {
  switch (partition) {
    case Partition::control:
      return std::string(system_stream);
    case Partition::tokens_00:
      return "00/seal";
  }
  return {};
}

Result<System> evolve(System state, const SystemEvent& event, const EventMeta& meta) {
  const auto created = [&](const LogCreated& e) -> Result<void> {
    if (!state.log_id.empty()) return reject(Code::internal, "system: the log was created twice");
    if (e.log_id.size() != 16) return reject(Code::internal, "system: a log id has 16 bytes");
    state.log_id.assign(e.log_id.begin(), e.log_id.end());
    state.issuer = e.issuer;
    state.fleet_key_id = e.fleet_key_id;
    state.created_at = meta.log_time;
    return {};
  };
  const auto raised = [&](const FeatureLevelRaised& e) -> Result<void> {
    if (state.log_id.empty())
      return reject(Code::internal, "system: a level was raised before the log was created");
    if (e.level <= state.feature_level)
      return reject(Code::internal, "system: the feature level did not rise");
    state.feature_level = e.level;
    return {};
  };
  const auto sealed = [&](const LogSealed& e) -> Result<void> {
    if (state.log_id.empty())
      return reject(Code::internal, "system: a log was sealed before the first was created");
    if (e.log_id.size() != 16) return reject(Code::internal, "system: a log id has 16 bytes");
    return {};
  };
  TRY_VOID(std::visit(Overload{created, raised, sealed}, event));
  state.version = meta.version;
  return state;
}

}  // namespace optare
