#include "commands/system/raise_feature_level.h"

namespace optare {

RaiseFeatureLevel::State RaiseFeatureLevel::load(const States& states) const {
  const std::uint64_t version = states.stream_version(Partition::control, system_stream);
  return {version, states.system()};
}

Result<Decision> RaiseFeatureLevel::decide(const State& state, const CommandContext&) const {
  if (!state.system) return reject(Code::not_found, "the log has no genesis yet");
  if (level <= state.system->feature_level) return Decision{};
  if (level > supported) {
    return reject(Code::unprocessable,
                  "this build understands level " + std::to_string(supported) +
                      ": install a newer one on every node first",
                  "/level");
  }
  return write(subject(), state.version, {FeatureLevelRaised{.level = level}});
}

}  // namespace optare
