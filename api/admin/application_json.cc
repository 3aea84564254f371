#include "api/admin/application_json.h"

#include <boost/json/array.hpp>

#include "api/admin/answer.h"
#include "core/base/encoding.h"

namespace optare {

namespace json = boost::json;

std::string_view client_type_name(ClientType type) {
  switch (type) {
    case ClientType::m2m:
      return "m2m";
  }
  return "";
}

std::optional<ClientType> parse_client_type(std::string_view name) {
  for (const ClientType type : schema::EnumValuesClientType()) {
    if (client_type_name(type) == name) return type;
  }
  return std::nullopt;
}

std::string_view standing_name(Standing standing) {
  switch (standing) {
    case Standing::absent:
      return "absent";
    case Standing::active:
      return "active";
    case Standing::inactive:
      return "inactive";
    case Standing::deleted:
      return "deleted";
  }
  return "";
}

json::object application_json(const Application& application, Timestamp at) {
  json::array secrets;
  for (const ClientSecret& secret : application.secrets) {
    if (!secret.live(at)) continue;
    secrets.push_back(json::object{{"secret_id", secret.id.text()},
                                   {"created_at", json_time(secret.created_at)},
                                   {"expires_at", json_time(secret.expires_at)}});
  }
  return {{"client_id", application.id.text()},
          {"name", application.name},
          {"type", client_type_name(application.type)},
          {"status", standing_name(application.standing)},
          {"created_at", json_time(application.created_at)},
          {"updated_at", json_time(application.updated_at)},
          {"secrets", std::move(secrets)}};
}

void add_last_used(json::object& shown, const Application& application, const LastUsed& last_used,
                   const Store& store) {
  const auto when = [&](const SecretId& secret) -> json::value {
    if (const auto pending = last_used.pending(application.id, secret)) return json_time(pending);
    const auto row = store.get(Table::last_used, last_used_key(application.id, secret));
    return row ? json_time(last_used_of(*row)) : nullptr;
  };
  for (json::value& secret : shown["secrets"].as_array()) {
    const SecretId id(std::string(secret.as_object().at("secret_id").as_string()));
    secret.as_object()["last_used_at"] = when(id);
  }
  shown["last_used_at"] = when(SecretId());
  const auto since = store.get(Table::meta, last_used_since_key);
  const bool known = since && since->size() == sizeof(std::uint64_t);
  shown["last_used_since"] =
      known ? json_time(timestamp_of(static_cast<std::int64_t>(read_u64(*since))))
            : json::value(nullptr);
}

}  // namespace optare
