// The admin API and the OAuth endpoints as a command calls them.
#pragma once

#include <boost/json/object.hpp>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/secret.h"
#include "ops/cli/credentials.h"
#include "ops/cli/failure.h"
#include "ops/cli/http_client.h"

namespace optare {

struct ClientOptions {
  std::string credentials_file;
  HttpClientOptions http;
};

// "/applications/srv_x/apis": each part one encoded segment.
std::string path_of(std::initializer_list<std::string_view> segments);

struct Call {
  std::string method = "GET";
  std::string path;  // below /api/v1, with its query
  std::optional<boost::json::object> body = std::nullopt;
  HttpHeaders headers = {};
};

// An answer that was 2xx, and its JSON (null without a body).
struct CliAnswer {
  HttpResponse response;
  boost::json::value json;
};

class Client {
 public:
  [[nodiscard]] static CliResult<Client> open(const ClientOptions& options, std::ostream& err);

  // The admin API; takes a token first (client_credentials, audience <issuer>/api/v1) and another
  // when that one has ended. Nothing is kept on disk.
  [[nodiscard]] CliResult<CliAnswer> call(const Call& call);
  // A stream of the admin API: as HttpClient::stream, with a token.
  [[nodiscard]] CliResult<HttpResponse> stream(const Call& call, const HttpClient::Sink& sink,
                                               Duration silence_max);
  // POSTs a form to <issuer><path>, as the client of the credentials.
  [[nodiscard]] CliResult<CliAnswer> post_form(
      const std::string& path, const std::vector<std::pair<std::string, std::string>>& members);

  // From now on as another application of the same issuer.
  void act_as(std::string client_id, Secret client_secret);

 private:
  Client(CliCredentials credentials, HttpClientOptions http)
      : credentials_(std::move(credentials)), http_(std::move(http)) {}

  CliResult<void> take_token();
  HttpRequest request_of(const Call& call) const;

  CliCredentials credentials_;
  HttpClient http_;
  Secret token_;
};

}  // namespace optare
