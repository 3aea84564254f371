#include "api/admin/introspectors.h"

#include "api/admin/answer.h"
#include "api/admin/application_json.h"
#include "api/admin/living.h"
#include "api/admin/paging.h"
#include "api/admin/written.h"
#include "commands/api/allow_introspector.h"
#include "commands/api/remove_introspector.h"

namespace optare {

namespace json = boost::json;

Task<Result<Response>> list_introspectors(const AdminCall& call) {
  CO_TRY(const PageRequest page, page_request_of(call));
  CO_TRY(const auto seen, co_await living_api(call));
  const auto found =
      page_of(seen.row->introspectors, page, [](const ClientId& client) { return client.text(); });
  json::array items;
  for (const ClientId& client : found.items) {
    const auto application = call.services.states.application(client);
    if (!application) continue;  // Its stream is quarantined.
    items.push_back(json::object{{"client_id", client.text()},
                                 {"name", application->name},
                                 {"status", standing_name(application->standing)}});
  }
  co_return page_answer(call, seen.position, page, std::move(items), found.next);
}

Task<Result<Response>> put_introspector(const AdminCall& call) {
  AllowIntrospector command;
  command.api = call.api_id();
  command.client = call.client_id();
  CO_TRY(const auto written, co_await change_api(call, command));
  co_return write_answer(200, written.committed, written.row->version,
                         {{"api_id", command.api.text()}, {"client_id", command.client.text()}});
}

Task<Result<Response>> delete_introspector(const AdminCall& call) {
  RemoveIntrospector command;
  command.api = call.api_id();
  command.client = call.client_id();
  const auto written = co_await change_api(call, std::move(command));
  if (written) co_return write_answer(204, written->committed, written->row->version);
  if (written.error().code != Code::not_found) co_return std::unexpected(written.error());
  Committed nothing;
  nothing.position = call.services.states.position();
  co_return write_answer(204, nothing, std::nullopt);
}

}  // namespace optare
