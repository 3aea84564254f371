#include "commands/system/seal_log.h"

namespace optare {

SealLog::State SealLog::load(const States& states) const {
  return {states.stream_version(partition, subject())};
}

Result<Decision> SealLog::decide(const State& state, const CommandContext&) const {
  Decision decision =
      write(subject(), state.version, {LogSealed{.log_id = {log_id.begin(), log_id.end()}}});
  decision.partition = partition;
  return decision;
}

}  // namespace optare
