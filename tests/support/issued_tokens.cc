#include "tests/support/issued_tokens.h"

#include <fmt/format.h>

#include <map>
#include <ranges>

#include "core/base/encoding.h"
#include "tests/support/server_process.h"

namespace optare {

std::string jti_of(std::string_view token) {
  const auto first = token.find('.');
  if (first == std::string_view::npos) return {};
  const auto claims =
      from_base64url(token.substr(first + 1, token.find('.', first + 1) - first - 1));
  return claims ? json_member(*claims, "jti") : std::string();
}

std::vector<std::string> not_recorded(std::span<const GotToken> got, std::string_view exported) {
  std::map<std::string, std::string> client_of;  // of each jti
  std::map<std::string, int> records;            // of each client
  std::vector<std::string> wrong;
  for (const auto& part : std::views::split(exported, '\n')) {
    const std::string_view line(part);
    if (line.empty()) continue;
    std::string jti = json_member(line, "jti");
    std::string client = json_member(line, "client_id");
    ++records[client];
    if (!client_of.emplace(jti, std::move(client)).second)
      wrong.push_back(fmt::format("token {} has two records", jti));
  }
  std::map<std::string, int> tokens;
  for (const GotToken& token : got) {
    ++tokens[token.client_id];
    if (token.jti.empty()) continue;
    const auto record = client_of.find(token.jti);
    if (record == client_of.end())
      wrong.push_back(fmt::format("token {} of {} has no record", token.jti, token.client_id));
    else if (record->second != token.client_id)
      wrong.push_back(fmt::format("token {} of {} is recorded as one of {}", token.jti,
                                  token.client_id, record->second));
  }
  for (const auto& [client, count] : tokens)
    if (records[client] < count)
      wrong.push_back(
          fmt::format("{} got {} tokens, and has {} records", client, count, records[client]));
  return wrong;
}

}  // namespace optare
