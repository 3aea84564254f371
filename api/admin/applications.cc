#include "api/admin/applications.h"

#include "api/admin/answer.h"
#include "api/admin/application_json.h"
#include "api/admin/living.h"
#include "api/admin/paging.h"
#include "api/admin/written.h"
#include "api/http/json_body.h"
#include "commands/application/activate_client.h"
#include "commands/application/create_client.h"
#include "commands/application/deactivate_client.h"
#include "commands/application/delete_application.h"
#include "commands/application/revoke_client_tokens.h"
#include "commands/application/update_client.h"
#include "core/oauth/client_secret.h"

namespace optare {
namespace {

namespace json = boost::json;

// One of `apis`: which API, by exactly one of its two names, and which scopes.
Result<RequestedGrant> requested_grant(JsonReader& reader) {
  RequestedGrant grant;
  TRY(auto api_id, reader.optional_string("api_id", id_bytes_max));
  TRY(auto identifier, reader.optional_string("identifier"));
  TRY(grant.scopes, reader.required_strings("scopes"));
  TRY_VOID(reader.finish());
  if (api_id.has_value() == identifier.has_value())
    return reject(Code::invalid, "name the API by api_id or by identifier", reader.pointer());
  grant.api = ApiId(api_id.value_or(""));
  grant.identifier = identifier.value_or("");
  if (grant.api.empty() && grant.identifier.empty())
    return reject(Code::invalid, "an API's name is not empty", reader.pointer());
  return grant;
}

Result<CreateClient> create_command(const AdminCall& call) {
  TRY(const json::object body, json_body(call.request));
  JsonReader reader(body);
  CreateClient command;
  TRY(command.display_name, reader.required_string("name"));
  TRY(const std::string type_name, reader.required_string("type"));
  TRY(auto apis, reader.optional_objects("apis"));
  TRY_VOID(reader.finish());
  const auto type = parse_client_type(type_name);
  if (!type)
    return std::unexpected(reader.wrong("type", "has to be the type of an application: m2m"));
  command.type = *type;
  if (apis) {
    for (JsonReader& api : *apis) {
      TRY(auto grant, requested_grant(api));
      command.grants.push_back(std::move(grant));
    }
  }
  command.actor_scopes = call.caller.scopes;
  return command;
}

json::object created_json(const Application& application, const Committed& committed) {
  json::object body{{"client_id", application.id.text()},
                    {"name", application.name},
                    {"type", client_type_name(application.type)},
                    {"created_at", json_time(application.created_at)}};
  for (const Event& event : committed.events) {
    if (const auto* created = std::get_if<ClientCreated>(&event))
      body["secret_id"] = created->secret_id;
  }
  return body;
}

Response changed(const AdminCall& call, const WrittenRow<Application>& written) {
  const Committed& committed = written.committed;
  return write_answer(200, committed, written.row->version,
                      application_json(*written.row, moment_of(call, committed)));
}

json::object shown(const AdminCall& call, const Application& application) {
  json::object body = application_json(application, call.services.now());
  add_last_used(body, application, call.services.last_used, call.services.store);
  return body;
}

// The commands that take no more than a reason.
template <Command C>
Task<Result<Response>> change_with_reason(const AdminCall& call) {
  C command;
  command.client = call.client_id();
  CO_TRY(command.reason, reason_of(call.request));
  CO_TRY(const auto written, co_await change_application(call, std::move(command)));
  co_return changed(call, written);
}

}  // namespace

Task<Result<Response>> create_application(const AdminCall& call) {
  CO_TRY(CreateClient command, create_command(call));
  Random& random = call.services.random;
  const Secret secret = generate_client_secret(random);
  command.client = ClientId(random.id("srv_"));
  command.secret = {SecretId(random.id("sec_")), client_secret_digest(secret.reveal())};
  CO_TRY(const auto written, co_await change_application(call, std::move(command)));
  json::object body = created_json(*written.row, written.committed);
  if (!written.committed.replayed) body["client_secret"] = secret.reveal();
  Response response = write_answer(201, written.committed, written.row->version, body);
  response.with("Location", call.request.path + '/' + written.row->id.text());
  co_return response;
}

Task<Result<Response>> list_applications(const AdminCall& call) {
  CO_TRY(const PageRequest page, page_request_of(call));
  const std::uint64_t position = call.services.states.position();
  const auto found = call.services.states.applications(page.from, page.limit);
  json::array items;
  for (const auto& application : found.items) items.push_back(shown(call, *application));
  co_return page_answer(call, position, page, std::move(items), found.next);
}

Task<Result<Response>> get_application(const AdminCall& call) {
  CO_TRY(const auto seen, co_await living_application(call));
  Response response = read_answer(call, seen.position, shown(call, *seen.row));
  response.with("ETag", etag_of(seen.row->version));
  co_return response;
}

Task<Result<Response>> update_application(const AdminCall& call) {
  CO_TRY(const json::object body, json_body(call.request));
  JsonReader reader(body);
  UpdateClient command;
  command.client = call.client_id();
  CO_TRY(command.display_name, reader.optional_string("name"));
  CO_TRY_VOID(reader.finish());
  CO_TRY(const auto written, co_await change_application(call, std::move(command)));
  co_return changed(call, written);
}

Task<Result<Response>> delete_application(const AdminCall& call) {
  DeleteApplication command;
  command.client = call.client_id();
  CO_TRY(command.reason, reason_of(call.request));
  CO_TRY(const auto written, co_await change_application(call, std::move(command)));
  co_return write_answer(200, written.committed, written.row->version,
                         {{"client_id", written.row->id.text()},
                          {"deleted_at", json_time(written.row->deleted_at)},
                          {"position", written.committed.position}});
}

Task<Result<Response>> deactivate_application(const AdminCall& call) {
  return change_with_reason<DeactivateClient>(call);
}

Task<Result<Response>> activate_application(const AdminCall& call) {
  return change_with_reason<ActivateClient>(call);
}

Task<Result<Response>> revoke_application_tokens(const AdminCall& call) {
  return change_with_reason<RevokeClientTokens>(call);
}

}  // namespace optare
