#include "api/admin/apis.h"

#include "api/admin/answer.h"
#include "api/admin/living.h"
#include "api/admin/paging.h"
#include "api/admin/written.h"
#include "api/http/json_body.h"
#include "commands/api/delete_api.h"
#include "commands/api/register_api.h"
#include "commands/api/update_api.h"

namespace optare {
namespace {

namespace json = boost::json;
using std::chrono::seconds;

std::string_view token_format_name(TokenFormat format) {
  switch (format) {
    case TokenFormat::jwt:
      return "jwt";
    case TokenFormat::opaque:
      return "opaque";
  }
  return "";
}

json::object api_json(const Api& api) {
  json::array scopes;
  for (const ApiScope& scope : api.scopes)
    scopes.push_back(json::object{{"name", scope.name}, {"description", scope.description}});
  return {{"api_id", api.id.text()},
          {"identifier", api.identifier},
          {"name", api.name},
          {"scopes", std::move(scopes)},
          {"token_lifetime_seconds", std::chrono::floor<seconds>(api.token_lifetime).count()},
          {"token_format", token_format_name(api.token_format)},
          {"built_in", api.built_in},
          {"created_at", json_time(api.created_at)},
          {"updated_at", json_time(api.updated_at)}};
}

Result<std::optional<std::vector<ApiScope>>> scopes_of(JsonReader& reader) {
  TRY(auto items, reader.optional_objects("scopes"));
  if (!items) return std::nullopt;
  std::vector<ApiScope> scopes;
  for (JsonReader& item : *items) {
    ApiScope scope;
    TRY(scope.name, item.required_string("name"));
    TRY(auto description, item.optional_string("description"));
    TRY_VOID(item.finish());
    scope.description = description.value_or("");
    scopes.push_back(std::move(scope));
  }
  return scopes;
}

Result<std::optional<Duration>> token_lifetime_of(JsonReader& reader) {
  TRY(const auto lifetime,
      reader.optional_integer("token_lifetime_seconds",
                              std::chrono::ceil<seconds>(token_lifetime_min).count(),
                              std::chrono::floor<seconds>(token_lifetime_max).count()));
  if (!lifetime) return std::nullopt;
  return Duration(seconds(*lifetime));
}

Result<std::optional<TokenFormat>> token_format_of(JsonReader& reader) {
  TRY(const auto name, reader.optional_string("token_format"));
  if (!name) return std::nullopt;
  for (const TokenFormat format : schema::EnumValuesTokenFormat()) {
    if (token_format_name(format) == *name) return format;
  }
  return std::unexpected(reader.wrong("token_format", "is jwt or opaque"));
}

Result<RegisterApi> register_command(const Request& request) {
  TRY(const json::object body, json_body(request));
  JsonReader reader(body);
  RegisterApi command;
  TRY(command.identifier, reader.required_string("identifier"));
  TRY(command.display_name, reader.required_string("name"));
  TRY(auto scopes, scopes_of(reader));
  TRY(const auto lifetime, token_lifetime_of(reader));
  TRY(const auto format, token_format_of(reader));
  TRY_VOID(reader.finish());
  if (scopes) command.scopes = *std::move(scopes);
  command.token_lifetime = lifetime.value_or(token_lifetime_default);
  command.token_format = format.value_or(TokenFormat::jwt);
  return command;
}

}  // namespace

Task<Result<Response>> create_api(const AdminCall& call) {
  CO_TRY(RegisterApi command, register_command(call.request));
  command.api = ApiId(call.services.random.id("api_"));
  CO_TRY(const auto written, co_await change_api(call, std::move(command)));
  Response response =
      write_answer(201, written.committed, written.row->version, api_json(*written.row));
  response.with("Location", call.request.path + '/' + written.row->id.text());
  co_return response;
}

Task<Result<Response>> list_apis(const AdminCall& call) {
  CO_TRY(const PageRequest page, page_request_of(call));
  const std::uint64_t position = call.services.states.position();
  const auto found = call.services.states.apis(page.from, page.limit);
  json::array items;
  for (const auto& api : found.items) items.push_back(api_json(*api));
  co_return page_answer(call, position, page, std::move(items), found.next);
}

Task<Result<Response>> get_api(const AdminCall& call) {
  CO_TRY(const auto seen, co_await living_api(call));
  Response response = read_answer(call, seen.position, api_json(*seen.row));
  response.with("ETag", etag_of(seen.row->version));
  co_return response;
}

Task<Result<Response>> update_api(const AdminCall& call) {
  CO_TRY(const json::object body, json_body(call.request));
  JsonReader reader(body);
  UpdateApi command;
  command.api = call.api_id();
  CO_TRY(command.display_name, reader.optional_string("name"));
  CO_TRY(command.scopes, scopes_of(reader));
  CO_TRY(command.token_lifetime, token_lifetime_of(reader));
  CO_TRY(command.token_format, token_format_of(reader));
  CO_TRY_VOID(reader.finish());
  CO_TRY(const auto written, co_await change_api(call, std::move(command)));
  co_return write_answer(200, written.committed, written.row->version, api_json(*written.row));
}

Task<Result<Response>> delete_api(const AdminCall& call) {
  DeleteApi command;
  command.api = call.api_id();
  CO_TRY(command.reason, reason_of(call.request));
  CO_TRY(const auto written, co_await change_api(call, std::move(command)));
  co_return write_answer(200, written.committed, written.row->version,
                         {{"api_id", written.row->id.text()},
                          {"identifier", written.row->identifier},
                          {"deleted_at", json_time(written.row->deleted_at)},
                          {"position", written.committed.position}});
}

}  // namespace optare
