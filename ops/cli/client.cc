#include "ops/cli/client.h"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <ostream>

namespace optare {
namespace {

namespace json = boost::json;

CliResult<CliAnswer> answer_of(Result<HttpResponse> response) {
  if (!response) return std::unexpected(no_answer(response.error()));
  if (!response->ok()) return std::unexpected(failure_of(*response));
  CliAnswer answer{.response = std::move(*response), .json = {}};
  if (answer.response.body.empty()) return answer;
  json::error_code error;
  answer.json = json::parse(answer.response.body, error);
  if (error) {
    return fail(ExitCode::internal, "the server's answer is no JSON", {},
                "Is this the right address?");
  }
  return answer;
}

}  // namespace

std::string path_of(std::initializer_list<std::string_view> segments) {
  std::string path;
  for (const auto segment : segments) path += '/' + percent_encoded(segment);
  return path;
}

CliResult<Client> Client::open(const ClientOptions& options, std::ostream& err) {
  TRY(auto credentials, read_credentials(options.credentials_file, err));
  return Client(std::move(credentials), options.http);
}

CliResult<CliAnswer> Client::post_form(
    const std::string& path, const std::vector<std::pair<std::string, std::string>>& members) {
  return answer_of(http_.send({.method = "POST",
                               .url = credentials_.issuer + path,
                               .headers = {{"Authorization", credentials_.basic_header()},
                                           {"Content-Type", "application/x-www-form-urlencoded"},
                                           {"Accept", "application/json"}},
                               .body = form_body(members)}));
}

CliResult<void> Client::take_token() {
  TRY(const auto answer,
      post_form("/oauth2/token", {{"grant_type", "client_credentials"},
                                  {"audience", credentials_.issuer + "/api/v1"}}));
  const auto* token =
      answer.json.is_object() ? answer.json.get_object().if_contains("access_token") : nullptr;
  if (token == nullptr || !token->is_string()) {
    return fail(ExitCode::internal, "the server's answer holds no access_token", {},
                "Is this the right address?");
  }
  token_ = Secret(std::string(token->get_string()));
  return {};
}

void Client::act_as(std::string client_id, Secret client_secret) {
  credentials_.client_id = std::move(client_id);
  credentials_.client_secret = std::move(client_secret);
  token_ = Secret();
}

HttpRequest Client::request_of(const Call& call) const {
  HttpRequest request{.method = call.method,
                      .url = credentials_.issuer + "/api/v1" + call.path,
                      .headers = {{"Authorization", "Bearer " + std::string(token_.reveal())},
                                  {"Accept", "application/json"}},
                      .body = {}};
  if (call.body) {
    request.headers.emplace_back("Content-Type", "application/json");
    request.body = json::serialize(*call.body);
  }
  for (const auto& header : call.headers) request.headers.push_back(header);
  return request;
}

CliResult<CliAnswer> Client::call(const Call& call) {
  const bool had_token = !token_.empty();
  if (!had_token) TRY_VOID(take_token());
  auto response = http_.send(request_of(call));
  if (had_token && response && response->status == 401) {  // It ended meanwhile.
    TRY_VOID(take_token());
    response = http_.send(request_of(call));
  }
  return answer_of(std::move(response));
}

CliResult<HttpResponse> Client::stream(const Call& call, const HttpClient::Sink& sink,
                                       Duration silence_max) {
  TRY_VOID(take_token());
  auto response = http_.stream(request_of(call), sink, silence_max);
  if (!response) return std::unexpected(no_answer(response.error()));
  if (!response->ok()) return std::unexpected(failure_of(*response));
  return *std::move(response);
}

}  // namespace optare
