#include "core/issuance/last_used.h"

#include <algorithm>

#include "core/base/encoding.h"

namespace optare {
namespace {

std::int64_t minute_of(Timestamp t) {
  return std::chrono::floor<std::chrono::minutes>(t).time_since_epoch().count();
}
Timestamp time_of(std::int64_t minute) { return Timestamp(std::chrono::minutes(minute)); }

std::string row_key(std::string_view client, std::string_view secret) {
  std::string key(client);
  key.push_back('\0');
  key += secret;
  return key;
}

std::string row_value(std::int64_t minute) {
  std::string value;
  append_u64(value, static_cast<std::uint64_t>(minute));
  return value;
}

}  // namespace

std::string last_used_key(const ClientId& client, const SecretId& secret) {
  return row_key(client.text(), secret.text());
}

std::optional<Timestamp> last_used_of(std::string_view value) {
  if (value.size() != sizeof(std::uint64_t)) return std::nullopt;
  return time_of(static_cast<std::int64_t>(read_u64(value)));
}

const LastUsed::Shard& LastUsed::shard(std::string_view client) const {
  return shards_[std::hash<std::string_view>{}(client) % shards];
}

LastUsed::Minute LastUsed::latest(const std::vector<Use>& uses) {
  return std::ranges::max_element(uses, {}, &Use::minute)->minute;
}

void LastUsed::used(const ClientId& client, const SecretId& secret, Timestamp now) {
  remember(client.text(), secret.text(), minute_of(now));
}

void LastUsed::remember(std::string_view client, std::string_view secret, Minute minute) {
  Shard& home = const_cast<Shard&>(shard(client));  // the shards are ours; only the choice is const
  const std::scoped_lock lock(home.mutex);
  auto found = home.uses.find(client);
  if (found == home.uses.end()) found = home.uses.try_emplace(std::string(client)).first;
  for (Use& use : found->second) {
    if (use.secret != secret) continue;
    use.minute = std::max(use.minute, minute);
    return;
  }
  found->second.push_back({std::string(secret), minute});
}

void LastUsed::put_back(const std::vector<LastUsedRow>& rows) {
  for (const LastUsedRow& row : rows) {
    const auto end = row.key.find('\0');
    const std::string_view secret = std::string_view(row.key).substr(end + 1);
    if (secret.empty()) continue;  // made of the others
    remember(std::string_view(row.key).substr(0, end), secret,
             static_cast<Minute>(read_u64(row.value)));
  }
}

std::optional<Timestamp> LastUsed::pending(const ClientId& client, const SecretId& secret) const {
  const Shard& home = shard(client.text());
  const std::scoped_lock lock(home.mutex);
  const auto found = home.uses.find(std::string_view(client.text()));
  if (found == home.uses.end()) return std::nullopt;
  if (secret.empty()) return time_of(latest(found->second));
  for (const Use& use : found->second)
    if (use.secret == secret.text()) return time_of(use.minute);
  return std::nullopt;
}

std::vector<LastUsedRow> LastUsed::take_changes() {
  std::vector<LastUsedRow> rows;
  for (Shard& home : shards_) {
    decltype(home.uses) taken;
    {
      const std::scoped_lock lock(home.mutex);
      taken.swap(home.uses);
    }
    for (const auto& [client, uses] : taken) {
      for (const Use& use : uses)
        rows.push_back({row_key(client, use.secret), row_value(use.minute)});
      rows.push_back({row_key(client, {}), row_value(latest(uses))});
    }
  }
  return rows;
}

}  // namespace optare
