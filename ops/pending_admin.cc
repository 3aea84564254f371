#include "ops/pending_admin.h"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <fstream>
#include <sstream>

#include "core/oauth/client_secret.h"
#include "ops/files.h"

namespace optare {
namespace {

namespace json = boost::json;

constexpr std::streamsize file_bytes_max = 4096;  // ours are a tenth of it

}  // namespace

std::optional<AdminCredentials> PendingAdmin::pending() const {
  std::ifstream file(pending_);
  std::string text(file_bytes_max, '\0');
  file.read(text.data(), file_bytes_max);
  text.resize(static_cast<std::size_t>(file.gcount()));
  json::error_code error;
  const auto value = json::parse(text, error);
  if (error || !value.is_object()) return std::nullopt;
  const auto member = [&](const char* name) {
    const auto* found = value.get_object().if_contains(name);
    return found != nullptr && found->is_string() ? std::string(found->get_string())
                                                  : std::string();
  };
  AdminCredentials credentials{member("issuer"), ClientId(member("client_id")),
                               Secret(member("client_secret"))};
  if (credentials.issuer.empty() || credentials.client.text().empty() || credentials.secret.empty())
    return std::nullopt;
  return credentials;
}

Result<AdminCredentials> PendingAdmin::begin(const std::string& issuer, Random& random) const {
  std::error_code error;
  if (std::filesystem::exists(file_, error)) {
    return reject(Code::conflict,
                  fmt::format("{} is there already, and may open another deployment: move it away, "
                              "or name another file with --credentials",
                              file_.string()));
  }
  if (auto earlier = pending(); earlier && earlier->issuer == issuer) return *std::move(earlier);
  AdminCredentials admin = new_administrator(issuer, random);
  write_admin_file(pending_, admin);
  return admin;
}

bool PendingAdmin::end(const States& states, Timestamp now) const {
  const auto credentials = pending();
  if (!credentials) return false;
  const auto application = states.application(credentials->client);
  const bool opens =
      matching_secret(credentials->secret.reveal(), application.get(), now).has_value();
  std::error_code error;
  if (opens && std::filesystem::exists(file_, error))
    return false;  // somebody else's: not ours to lose
  if (opens) write_admin_file(file_, *credentials);
  std::filesystem::remove(pending_);
  return opens;
}

}  // namespace optare
