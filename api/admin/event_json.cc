#include "api/admin/event_json.h"

#include "api/admin/answer.h"
#include "api/admin/application_json.h"
#include "core/base/encoding.h"
#include "core/base/overload.h"
#include "core/signing_key/signing_key.h"

namespace optare {
namespace {

namespace json = boost::json;

json::value text_or_null(std::string_view text) {
  if (text.empty()) return nullptr;
  return json::value(text);
}

json::object because(std::string_view reason) { return {{"reason", text_or_null(reason)}}; }

std::string_view format_name(TokenFormat format) {
  return format == TokenFormat::opaque ? "opaque" : "jwt";
}

json::array scopes_json(const std::vector<std::string>& names,
                        const std::vector<std::string>& descriptions) {
  json::array scopes;
  for (std::size_t i = 0; i < names.size(); ++i) {
    scopes.push_back(json::object{{"name", names[i]},
                                  {"description", i < descriptions.size() ? descriptions[i] : ""}});
  }
  return scopes;
}

json::object data_of(const SystemEvent& event) {
  return std::visit(
      Overload{[](const LogCreated& e) -> json::object {
                 return {{"log_id", hex(e.log_id)},
                         {"issuer", e.issuer},
                         {"fleet_key_id", e.fleet_key_id}};
               },
               [](const FeatureLevelRaised& e) -> json::object { return {{"level", e.level}}; },
               [](const LogSealed& e) -> json::object { return {{"log_id", hex(e.log_id)}}; }},
      event);
}

json::object data_of(const SigningKeyEvent& event) {
  return std::visit(Overload{[](const SigningKeyPublished& e) -> json::object {
                               return {{"alg", algorithm_name(e.alg)},
                                       {"public_key", base64(e.public_key)},
                                       {"activation_delay_ms", e.activation_delay_ms}};
                             },
                             [](const SigningKeyRevoked& e) { return because(e.reason); }},
                    event);
}

json::object data_of(const ApplicationEvent& event) {
  return std::visit(
      Overload{[](const ClientCreated& e) -> json::object {
                 return {{"type", client_type_name(e.type)},
                         {"name", e.name},
                         {"secret_id", e.secret_id}};
               },
               [](const ClientRenamed& e) -> json::object { return {{"name", e.name}}; },
               [](const ClientDeactivated& e) { return because(e.reason); },
               [](const ClientActivated& e) { return because(e.reason); },
               [](const ClientTokensRevoked& e) { return because(e.reason); },
               [](const SecretRotated& e) -> json::object {
                 return {{"secret_id", e.secret_id},
                         {"overlap_ms", e.overlap_ms},
                         {"dropped_secret_id", text_or_null(e.dropped_secret_id)}};
               },
               [](const SecretRevoked& e) -> json::object { return {{"secret_id", e.secret_id}}; },
               [](const SecretExpired& e) -> json::object { return {{"secret_id", e.secret_id}}; },
               [](const ApplicationDeleted& e) { return because(e.reason); },
               [](const ApiGranted& e) -> json::object {
                 return {{"api_id", e.api_id}, {"scopes", json_strings(e.scopes)}};
               },
               [](const ApiGrantRevoked& e) -> json::object { return {{"api_id", e.api_id}}; }},
      event);
}

json::object data_of(const ApiEvent& event) {
  return std::visit(Overload{[](const ApiRegistered& e) -> json::object {
                               return {{"identifier", e.identifier},
                                       {"name", e.name},
                                       {"scopes", scopes_json(e.scope_names, e.scope_descriptions)},
                                       {"token_lifetime_ms", e.token_lifetime_ms},
                                       {"token_format", format_name(e.token_format)},
                                       {"built_in", e.built_in}};
                             },
                             [](const ApiUpdated& e) -> json::object {
                               return {{"name", e.name},
                                       {"scopes", scopes_json(e.scope_names, e.scope_descriptions)},
                                       {"token_lifetime_ms", e.token_lifetime_ms},
                                       {"token_format", format_name(e.token_format)}};
                             },
                             [](const ApiDeleted& e) { return because(e.reason); },
                             [](const IntrospectorAllowed& e) -> json::object {
                               return {{"client_id", e.client_id}};
                             },
                             [](const IntrospectorRemoved& e) -> json::object {
                               return {{"client_id", e.client_id}};
                             }},
                    event);
}

json::object data_of(const RevocationEvent& event) {
  return std::visit(Overload{[](const TokenRevoked& e) -> json::object {
                      return {{"client_id", e.client_id},
                              {"token_expires_at", json_time(timestamp_of(e.token_expires_at))}};
                    }},
                    event);
}

json::object data_of(const Event& event) {
  if (const auto e = narrow<SystemEvent>(event)) return data_of(*e);
  if (const auto e = narrow<SigningKeyEvent>(event)) return data_of(*e);
  if (const auto e = narrow<ApplicationEvent>(event)) return data_of(*e);
  if (const auto e = narrow<ApiEvent>(event)) return data_of(*e);
  if (const auto e = narrow<RevocationEvent>(event)) return data_of(*e);
  return {};
}

std::string_view actor_type_name(ActorType type) {
  switch (type) {
    case ActorType::system:
      return "system";
    case ActorType::application:
      return "application";
    case ActorType::operator_:
      return "operator";
  }
  return "";
}

json::object item_of(const AcceptedCommit& accepted, const StreamWrite& write,
                     std::size_t in_stream, std::size_t in_commit) {
  const Commit& commit = accepted.commit;
  const EncodedEvent& encoded = write.events[in_stream];
  // An event that this build cannot read is a fact all the same.
  const auto event = decode_event(encoded.type, encoded.payload);
  return {{"id", std::to_string(accepted.ordinal) + '.' + std::to_string(in_commit)},
          {"position", accepted.ordinal},
          {"type", event ? std::string(event_name(*event)) : std::to_string(encoded.type)},
          {"stream", write.stream},
          {"version", write.expected_version + in_stream + 1},
          {"time", json_time(accepted.log_time)},
          {"actor",
           {{"type", actor_type_name(commit.actor.type)}, {"id", text_or_null(commit.actor.id)}}},
          {"request_id", text_or_null(commit.request_id)},
          {"cause", commit.cause},
          {"data", event ? data_of(*event) : json::object()}};
}

}  // namespace

std::vector<json::object> event_items(const AcceptedCommit& accepted) {
  std::vector<json::object> items;
  for (const StreamWrite& write : accepted.commit.writes) {
    for (std::size_t i = 0; i < write.events.size(); ++i)
      items.push_back(item_of(accepted, write, i, items.size()));
  }
  return items;
}

std::size_t payload_bytes(const AcceptedCommit& accepted) {
  std::size_t bytes = 0;
  for (const StreamWrite& write : accepted.commit.writes) {
    for (const EncodedEvent& encoded : write.events) bytes += encoded.payload.size();
  }
  return bytes;
}

}  // namespace optare
