#include "tests/support/server_process.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <csignal>
#include <thread>

#include "api/server/refusals.h"
#include "core/base/encoding.h"

namespace optare {
namespace {

namespace json = boost::json;

constexpr std::chrono::seconds decision_patience{60};
constexpr std::chrono::milliseconds ask_again_interval{20};

HttpResponse answer_once(const HttpClientOptions& options, const HttpRequest& request) {
  auto answer = HttpClient(options).send(request);
  if (!answer) {
    const std::string text =
        fmt::format("{} {}: {}", request.method, request.url, answer.error().detail);
    if (answer.error().detail.find("a connection to") != std::string::npos) throw Unreached(text);
    throw std::runtime_error(text);
  }
  return *std::move(answer);
}

HttpResponse answer_of(const HttpClientOptions& options, const HttpRequest& request) {
  const auto until = std::chrono::steady_clock::now() + decision_patience;
  for (;;) {
    HttpResponse answer = answer_once(options, request);
    if (answer.status != 503 || !sheds(answer.body) || std::chrono::steady_clock::now() >= until)
      return answer;
    std::this_thread::sleep_for(ask_again_interval);
  }
}

bool says_again(const HttpResponse& answer) {
  return answer.status == 503 && answer.header("Retry-After") == "1" &&
         answer.body.find("outcome-unknown") == std::string::npos;
}

bool names_option(const ServerProcess::Flags& flags, const std::string& option) {
  return std::ranges::find(flags, option) != flags.end();
}

}  // namespace

bool sheds(std::string_view text) { return text.contains(refusals::overloaded.detail); }

std::string json_member(const json::value& object, std::string_view name) {
  const auto* found = object.is_object() ? object.get_object().if_contains(name) : nullptr;
  if (found == nullptr) return {};
  return found->is_string() ? std::string(found->get_string()) : json::serialize(*found);
}

std::string json_member(std::string_view text, std::string_view name) {
  json::error_code error;
  const auto value = json::parse(text, error);
  return error ? std::string() : json_member(value, name);
}

json::value without_last_used(json::value item) {
  auto& row = item.as_object();
  for (const char* member : {"last_used_at", "last_used_since"}) row.erase(member);
  if (json::value* const secrets = row.if_contains("secrets"))
    for (auto& secret : secrets->as_array()) secret.as_object().erase("last_used_at");
  return item;
}

std::pair<std::string, std::string> AppSecret::basic() const {
  const std::string pair = percent_encoded(client_id) + ":" + percent_encoded(secret);
  return {"Authorization", "Basic " + base64(bytes_of(pair))};
}

HttpResponse decided(const std::function<HttpResponse()>& ask) {
  const auto until = std::chrono::steady_clock::now() + decision_patience;
  for (;;) {
    HttpResponse answer = ask();
    if (!says_again(answer) || std::chrono::steady_clock::now() >= until) return answer;
    std::this_thread::sleep_for(ask_again_interval);
  }
}

Ended run_unshed(const Program& program) {
  const auto until = std::chrono::steady_clock::now() + decision_patience;
  for (;;) {
    Ended ended = run(program);
    if (!sheds(ended.out + ended.err) || std::chrono::steady_clock::now() >= until) return ended;
    std::this_thread::sleep_for(ask_again_interval);
  }
}

ServerProcess::ServerProcess(std::filesystem::path data)
    : data_(data.empty() ? folder_ / "data" : std::move(data)) {}

ServerProcess::~ServerProcess() = default;

std::string ServerProcess::address() const { return fmt::format("{}:{}", place.host, port()); }
std::string ServerProcess::ops_address() const {
  return fmt::format("{}:{}", place.host, ops_port());
}

ServerProcess::Flags ServerProcess::base_flags() const {
  return {"serve", "--data", data_.string(), "--listen", address(), "--ops-listen", ops_address()};
}

void ServerProcess::launch(const Flags& flags) {
  keep_output();
  Flags all = base_flags();
  all.insert(all.end(), flags.begin(), flags.end());
  scheme_ = names_option(flags, "--tls-cert") ? "https" : "http";
  Program program = optare_program(all);
  program.arguments.insert(program.arguments.begin(), place.within.begin(), place.within.end());
  process_ = std::make_unique<Process>(program);
}

void ServerProcess::start(const Flags& flags) {
  launch(flags);
  const auto ready_or_ended = [this] { return process_->ended() || ready(); };
  try {
    wait_until("/readyz to say ready", ready_or_ended);
  } catch (const std::runtime_error& late) {
    throw std::runtime_error(late.what() + std::string("; it said:\n") + process_->err());
  }
  if (const auto code = process_->ended())
    throw std::runtime_error(fmt::format("it ended with {}:\n{}", *code, process_->err()));
}

Ended ServerProcess::start_in_vain(const Flags& flags) {
  launch(flags);
  return process_->wait();
}

void ServerProcess::kill() {
  process_->signal(SIGKILL);
  process_->wait();
}

int ServerProcess::stop() {
  process_->signal(SIGTERM);
  return process_->wait().code;
}

void ServerProcess::keep_output() {
  said_before_ = said();
  process_.reset();
}

std::string ServerProcess::said() const {
  return said_before_ + (process_ ? process_->out() + process_->err() : std::string());
}

bool ServerProcess::ready() const {
  const auto answer = HttpClient({}).send({.url = ops_url() + "/readyz"});
  return answer && answer->ok();
}

HttpResponse ServerProcess::send(const std::string& method, const std::string& target,
                                 HttpHeaders headers, std::string body) const {
  return answer_of(http, {.method = method,
                          .url = url() + target,
                          .headers = std::move(headers),
                          .body = std::move(body)});
}

HttpResponse ServerProcess::post_form(
    const std::string& target, const AppSecret& client,
    const std::vector<std::pair<std::string, std::string>>& members) const {
  return send("POST", target,
              {client.basic(), {"Content-Type", "application/x-www-form-urlencoded"}},
              form_body(members));
}

HttpResponse ServerProcess::ops(const std::string& target) const {
  return answer_of({}, {.url = ops_url() + target});
}

double ServerProcess::metric(const std::string& name, const std::string& label) const {
  std::istringstream lines(ops("/metrics").body);
  double sum = 0;
  for (std::string line; std::getline(lines, line);) {
    const auto end = line.find_first_of("{ ");
    if (line.substr(0, end) != name || line.find(label) == std::string::npos) continue;
    sum += std::stod(line.substr(line.rfind(' ') + 1));
  }
  return sum;
}

AppSecret ServerProcess::admin() const {
  const std::string text = file_text(data_ / "admin.json");
  return {json_member(text, "client_id"), json_member(text, "client_secret")};
}

HttpResponse ServerProcess::request_token(const AppSecret& client,
                                          const std::string& audience) const {
  return post_form("/oauth2/token", client,
                   {{"grant_type", "client_credentials"}, {"audience", audience}});
}

HttpResponse ServerProcess::decided_token(const AppSecret& client,
                                          const std::string& audience) const {
  return decided([&] { return request_token(client, audience); });
}

std::string ServerProcess::token(const AppSecret& client, const std::string& audience) const {
  const HttpResponse answer = decided_token(client, audience);
  EXPECT_EQ(answer.status, 200) << answer.body;
  return json_member(answer.body, "access_token");
}

bool ServerProcess::active(const AppSecret& caller, const std::string& token) const {
  const HttpResponse answer =
      decided([&] { return post_form("/oauth2/introspect", caller, {{"token", token}}); });
  EXPECT_EQ(answer.status, 200) << answer.body;
  return json_member(answer.body, "active") == "true";
}

HttpResponse ServerProcess::admin_call(const std::string& method, const std::string& path,
                                       const std::string& body, HttpHeaders headers) {
  if (admin_token_.empty()) admin_token_ = token(admin(), url() + "/api/v1");
  headers.emplace_back("Authorization", "Bearer " + admin_token_);
  if (!body.empty()) headers.emplace_back("Content-Type", "application/json");
  return send(method, "/api/v1" + path, std::move(headers), body);
}

std::string ServerProcess::create_api(const std::string& identifier, const std::string& format) {
  const std::string api = json::serialize(json::object{
      {"identifier", identifier},
      {"name", "An API"},
      {"scopes", json::array{json::object{{"name", "read"}}, json::object{{"name", "write"}}}},
      {"token_format", format}});
  const HttpResponse answer = decided([&] { return admin_call("POST", "/apis", api); });
  EXPECT_EQ(answer.status, 201) << answer.body;
  return json_member(answer.body, "api_id");
}

AppSecret ServerProcess::create_application(const std::string& name,
                                            const std::string& api_identifier) {
  const std::string application = json::serialize(
      json::object{{"name", name},
                   {"type", "m2m"},
                   {"apis", json::array{json::object{{"identifier", api_identifier},
                                                     {"scopes", json::array{"read", "write"}}}}}});
  const HttpResponse answer =
      decided([&] { return admin_call("POST", "/applications", application); });
  EXPECT_EQ(answer.status, 201) << answer.body;
  return {json_member(answer.body, "client_id"), json_member(answer.body, "client_secret")};
}

}  // namespace optare
