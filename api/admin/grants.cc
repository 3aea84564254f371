#include "api/admin/grants.h"

#include "api/admin/answer.h"
#include "api/admin/application_json.h"
#include "api/admin/living.h"
#include "api/admin/paging.h"
#include "api/admin/written.h"
#include "api/http/json_body.h"
#include "commands/application/grant_api.h"
#include "commands/application/revoke_api_grant.h"

namespace optare {
namespace {

namespace json = boost::json;

// The grant with its API. That may be deleted: the grant then gives nothing, and counts.
json::object grant_of_api_json(const ApiGrant& grant, const States& states) {
  const auto api = states.api(grant.api);
  return {{"api_id", grant.api.text()},
          {"identifier", api ? json::value(api->identifier) : json::value(nullptr)},
          {"status", api ? standing_name(api->standing) : "absent"},
          {"scopes", json_strings(grant.scopes)},
          {"granted_at", json_time(grant.granted_at)}};
}

}  // namespace

Task<Result<Response>> put_grant(const AdminCall& call) {
  CO_TRY(const json::object body, json_body(call.request));
  JsonReader reader(body);
  GrantApi command;
  command.client = call.client_id();
  command.api = call.api_id();
  command.actor_scopes = call.caller.scopes;
  CO_TRY(command.scopes, reader.required_strings("scopes"));
  CO_TRY_VOID(reader.finish());
  CO_TRY(const auto written, co_await change_application(call, command));
  const ApiGrant* const granted = written.row->grant(command.api);
  // Without an Idempotency-Key the row may be newer, and the grant gone again.
  const ApiGrant gone{command.api, command.scopes, written.committed.log_time};
  const auto api = call.services.states.api(command.api);
  const ApiGrant& grant = granted != nullptr ? *granted : gone;
  co_return write_answer(200, written.committed, written.row->version,
                         {{"client_id", command.client.text()},
                          {"api_id", command.api.text()},
                          {"identifier", api ? json::value(api->identifier) : json::value(nullptr)},
                          {"scopes", json_strings(grant.scopes)},
                          {"granted_at", json_time(grant.granted_at)}});
}

Task<Result<Response>> delete_grant(const AdminCall& call) {
  RevokeApiGrant command;
  command.client = call.client_id();
  command.api = call.api_id();
  const auto written = co_await change_application(call, std::move(command));
  if (written) co_return write_answer(204, written->committed, written->row->version);
  if (written.error().code != Code::not_found) co_return std::unexpected(written.error());
  Committed nothing;
  nothing.position = call.services.states.position();
  co_return write_answer(204, nothing, std::nullopt);
}

Task<Result<Response>> list_apis_of_application(const AdminCall& call) {
  CO_TRY(const PageRequest page, page_request_of(call));
  CO_TRY(const auto seen, co_await living_application(call));
  const auto found =
      page_of(seen.row->grants, page, [](const ApiGrant& grant) { return grant.api.text(); });
  json::array items;
  for (const ApiGrant& grant : found.items)
    items.push_back(grant_of_api_json(grant, call.services.states));
  co_return page_answer(call, seen.position, page, std::move(items), found.next);
}

Task<Result<Response>> list_applications_of_api(const AdminCall& call) {
  CO_TRY(const PageRequest page, page_request_of(call));
  CO_TRY(const auto seen, co_await living_api(call));
  const auto found = call.services.states.applications_of_api(seen.row->id, page.from, page.limit);
  json::array items;
  for (const auto& application : found.items) {
    const ApiGrant* const grant = application->grant(seen.row->id);
    if (grant == nullptr) continue;  // The row is newer than the index.
    items.push_back(json::object{{"client_id", application->id.text()},
                                 {"name", application->name},
                                 {"status", standing_name(application->standing)},
                                 {"scopes", json_strings(grant->scopes)},
                                 {"granted_at", json_time(grant->granted_at)}});
  }
  co_return page_answer(call, seen.position, page, std::move(items), found.next);
}

}  // namespace optare
