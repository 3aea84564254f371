#include "api/admin/secrets.h"

#include "api/admin/answer.h"
#include "api/admin/written.h"
#include "api/http/json_body.h"
#include "commands/application/revoke_secret.h"
#include "commands/application/rotate_secret.h"
#include "core/oauth/client_secret.h"

namespace optare {
namespace {

namespace json = boost::json;

Result<RotateSecret> rotate_command(const AdminCall& call) {
  using std::chrono::seconds;
  constexpr auto overlap_seconds_max = seconds(std::chrono::ceil<seconds>(secret_overlap_max));
  TRY(const json::object body, optional_json_body(call.request));
  JsonReader reader(body);
  RotateSecret command;
  command.client = call.client_id();
  command.actor_scopes = call.caller.scopes;
  TRY(const auto overlap,
      reader.optional_integer("overlap_seconds", 0, overlap_seconds_max.count()));
  if (overlap) command.overlap = seconds(*overlap);
  TRY(auto drop, reader.optional_string("drop_secret_id", id_bytes_max));
  if (drop) command.drop = SecretId(*std::move(drop));
  TRY_VOID(reader.finish());
  return command;
}

// The secret that was made, and the one that goes on beside it, if any.
json::object rotated_json(const WrittenRow<Application>& written) {
  json::object body{{"client_id", written.row->id.text()},
                    {"previous_secret_id", nullptr},
                    {"previous_secret_expires_at", nullptr}};
  for (const Event& event : written.committed.events) {
    if (const auto* rotated = std::get_if<SecretRotated>(&event))
      body["secret_id"] = rotated->secret_id;
  }
  const ClientSecret* previous = nullptr;
  for (const ClientSecret& secret : written.row->secrets) {
    if (secret.id.text() == body["secret_id"].as_string()) break;
    previous = &secret;
  }
  if (previous != nullptr) {
    body["previous_secret_id"] = previous->id.text();
    body["previous_secret_expires_at"] = json_time(previous->expires_at);
  }
  return body;
}

}  // namespace

Task<Result<Response>> rotate_secret(const AdminCall& call) {
  CO_TRY(RotateSecret command, rotate_command(call));
  Random& random = call.services.random;
  const Secret secret = generate_client_secret(random);
  command.secret = {SecretId(random.id("sec_")), client_secret_digest(secret.reveal())};
  CO_TRY(const auto written, co_await change_application(call, std::move(command)));
  json::object body = rotated_json(written);
  if (!written.committed.replayed) body["client_secret"] = secret.reveal();
  co_return write_answer(200, written.committed, written.row->version, body);
}

Task<Result<Response>> delete_secret(const AdminCall& call) {
  RevokeSecret command;
  command.client = call.client_id();
  command.secret = SecretId(call.request.parameter("secret_id"));
  CO_TRY(const auto written, co_await change_application(call, std::move(command)));
  co_return write_answer(204, written.committed, written.row->version);
}

}  // namespace optare
