#include "projections/applications.h"

#include <array>
#include <set>

#include "projections/aggregate.h"

namespace optare {

std::string application_by_api_key(const ApiId& api, std::string_view client) {
  std::string key = api.text();
  key.push_back('\0');
  key += client;
  return key;
}

std::string due_secret_key(Timestamp due, std::string_view client, std::string_view secret) {
  std::string key;
  append_u64(key, static_cast<std::uint64_t>(milliseconds_of(due)));
  key += client;
  key.push_back('\0');
  key += secret;
  return key;
}

DueSecret parse_due_secret_key(std::string_view key) {
  const std::string_view ids = key.substr(8);
  const std::size_t zero = ids.find('\0');
  return {timestamp_of(static_cast<std::int64_t>(read_u64(key))), ClientId(ids.substr(0, zero)),
          SecretId(ids.substr(zero + 1))};
}

namespace {

std::set<std::string> api_keys(const Application& application) {
  std::set<std::string> keys;
  for (const ApiGrant& grant : application.grants)
    keys.insert(application_by_api_key(grant.api, application.id.text()));
  return keys;
}

std::set<std::string> due_keys(const Application& application) {
  std::set<std::string> keys;
  for (const ClientSecret& secret : application.secrets) {
    if (secret.expires_at)
      keys.insert(due_secret_key(*secret.expires_at, application.id.text(), secret.id.text()));
  }
  return keys;
}

// Puts and erases the difference of two sets of index rows.
void reindex(Rows& rows, Table table, const std::set<std::string>& before,
             const std::set<std::string>& after) {
  for (const std::string& key : before) {
    if (!after.contains(key)) rows.erase(table, key);
  }
  for (const std::string& key : after) {
    if (!before.contains(key)) rows.put(table, key, "");
  }
}

}  // namespace

std::span<const Table> Applications::tables() const {
  static constexpr std::array tables{Table::application, Table::application_by_api,
                                     Table::due_secret};
  return tables;
}

std::expected<void, Unappliable> Applications::apply(const Facts& facts, Rows& rows) const {
  return fold_streams<Application, ApplicationEvent>(
      facts, rows, Table::application, "application/",
      [&rows](const std::optional<Application>& before, const Application& after) {
        const Application nothing;
        const Application& old = before ? *before : nothing;
        reindex(rows, Table::application_by_api, api_keys(old), api_keys(after));
        reindex(rows, Table::due_secret, due_keys(old), due_keys(after));
      });
}

}  // namespace optare
