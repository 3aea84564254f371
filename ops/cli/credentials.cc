#include "ops/cli/credentials.h"

#include <fmt/format.h>

#include <boost/json/parse.hpp>
#include <filesystem>
#include <fstream>
#include <ostream>

#include "core/base/encoding.h"

namespace optare {
namespace {

constexpr std::size_t file_bytes_max = 64 * 1024;  // ours
constexpr auto advice =
    "Name the file that the first start of the server wrote: --credentials DIR/admin.json, or set "
    "OPTARE_CREDENTIALS.";

void warn_when_readable_by_others(const std::string& path, std::ostream& err) {
  std::error_code error;
  const auto permissions = std::filesystem::status(path, error).permissions();
  using std::filesystem::perms;
  if (!error && (permissions & (perms::group_read | perms::others_read)) != perms::none) {
    err << "warning: other users can read " << path << ", which holds a secret: chmod 600 " << path
        << '\n';
  }
}

}  // namespace

std::string CliCredentials::basic_header() const {
  const Secret pair(percent_encoded(client_id) + ':' + percent_encoded(client_secret.reveal()));
  return "Basic " + base64(bytes_of(pair.reveal()));
}

std::string credentials_file(const std::string& flag, const NamedValues& environment) {
  if (!flag.empty()) return flag;
  for (const auto& [name, value] : environment) {
    if (name == "OPTARE_CREDENTIALS" && !value.empty()) return value;
  }
  return "./data/admin.json";
}

CliResult<CliCredentials> read_credentials(const std::string& path, std::ostream& err) {
  std::ifstream file(path, std::ios::binary);
  std::string text(file_bytes_max + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (text.empty())
    return fail(ExitCode::not_allowed, "cannot read credentials from " + path, {}, advice);
  if (text.size() > file_bytes_max) {
    return fail(ExitCode::not_allowed, "no credentials in " + path,
                "It has more than " + std::to_string(file_bytes_max) + " bytes.", advice);
  }
  const Secret contents(std::move(text));
  warn_when_readable_by_others(path, err);

  boost::json::error_code error;
  const auto shown = contents.reveal();
  auto value = boost::json::parse({shown.data(), shown.size()}, error);
  const auto member = [&](const char* name) -> std::string {
    if (error || !value.is_object()) return {};
    const auto* found = value.get_object().if_contains(name);
    return found != nullptr && found->is_string() ? std::string(found->get_string())
                                                  : std::string();
  };
  CliCredentials credentials{.issuer = member("issuer"),
                             .client_id = member("client_id"),
                             .client_secret = Secret(member("client_secret"))};
  if (credentials.issuer.empty() || credentials.client_id.empty() ||
      credentials.client_secret.empty()) {
    return fail(ExitCode::not_allowed, "no credentials in " + path,
                "It must be JSON with issuer, client_id and client_secret.", advice);
  }
  if (credentials.issuer.ends_with('/')) credentials.issuer.pop_back();
  if (const auto url = parse_url(credentials.issuer); !url) {
    return fail(ExitCode::usage, "the issuer in " + path + " is no address", url.error().detail);
  }
  return credentials;
}

}  // namespace optare
