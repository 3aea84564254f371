#include "api/admin/feature_level.h"

#include "api/admin/answer.h"
#include "api/admin/written.h"
#include "api/http/json_body.h"
#include "commands/system/raise_feature_level.h"

namespace optare {
namespace {

namespace json = boost::json;

json::object feature_level_json(std::uint32_t raised) {
  return {{"supported", feature_level_supported}, {"raised", raised}};
}

Result<std::uint32_t> level_of(const AdminCall& call) {
  TRY(const json::object body, json_body(call.request));
  JsonReader reader(body);
  TRY(const auto level, reader.required_integer("level", 1, UINT32_MAX));
  TRY_VOID(reader.finish());
  return static_cast<std::uint32_t>(level);
}

}  // namespace

Task<Result<Response>> get_feature_level(const AdminCall& call) {
  const States& states = call.services.states;
  const std::uint64_t position = states.position();
  co_return read_answer(call, position,
                        feature_level_json(states.feature_level(Partition::control)));
}

Task<Result<Response>> raise_feature_level(const AdminCall& call) {
  RaiseFeatureLevel command;
  CO_TRY(command.level, level_of(call));
  CO_TRY(const auto written,
         co_await run_command<System>(
             call, command,
             +[](const States& states, const RaiseFeatureLevel&) { return states.system(); }));
  co_return write_answer(200, written.committed, std::nullopt,
                         feature_level_json(written.row->feature_level));
}

}  // namespace optare
