#include "tests/support/spine.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <fstream>
#include <thread>

#include "commands/api/register_api.h"
#include "commands/application/create_client.h"
#include "commands/application/grant_api.h"
#include "core/base/encoding.h"
#include "core/oauth/client_secret.h"

namespace optare {
namespace {

namespace json = boost::json;

std::string percent_encoded(std::string_view text) {
  std::string encoded;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0 || c == '-' || c == '.' || c == '_' || c == '~')
      encoded += c;
    else
      encoded += fmt::format("%{:02X}", byte);
  }
  return encoded;
}

std::string file_text(const std::filesystem::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

std::string Answer::header(std::string_view name) const {
  for (const Header& field : headers) {
    if (same_field_name(field.name, name)) return field.value;
  }
  return {};
}

json::value Answer::json() const {
  json::error_code error;
  auto value = json::parse(body, error);
  return error ? json::value(nullptr) : value;
}

std::string Answer::member(std::string_view name) const {
  const json::value value = json();
  const auto* found = value.is_object() ? value.get_object().if_contains(name) : nullptr;
  if (found == nullptr) return {};
  return found->is_string() ? std::string(found->get_string()) : json::serialize(*found);
}

Header Spine::Client::basic() const {
  const std::string pair = percent_encoded(id) + ":" + percent_encoded(secret);
  return {"Authorization", "Basic " + base64(bytes_of(pair))};
}

Spine::Spine(std::string issuer_url) : issuer_(std::move(issuer_url)) {
  start();
  const auto credentials = json::parse(file_text(admin_file_of(folder_ / "data"))).as_object();
  admin_.id = credentials.at("client_id").as_string();
  admin_.secret = credentials.at("client_secret").as_string();
}

Spine::~Spine() { stop(); }

void Spine::start() {
  NodeOptions options;
  options.data = folder_ / "data";
  options.key_file = folder_ / "data.key";
  options.issuer = issuer_;
  options.disk_reserve_bytes = 0;
  Progress progress;
  auto opened = Node::open(std::move(options), clock, random_, lines_, progress);
  if (!opened) throw std::runtime_error("the node did not start: " + opened.error().detail);
  node_ = *std::move(opened);
  composition_ = std::make_unique<Composition>(*node_, lines_);
  policies_ = std::make_unique<Policies>(
      Policies::Parts{.store = node_->store,
                      .log = node_->log,
                      .runner = node_->runner,
                      .spool_log = node_->spool_log,
                      .retention = {},
                      .random = random_,
                      .lines = lines_,
                      .due_secrets_interval = std::chrono::milliseconds(20)});
}

void Spine::stop() {
  policies_.reset();
  composition_.reset();
  node_.reset();
}

void Spine::restart() {
  stop();
  start();
}

void Spine::settle() {
  for (const Partition partition : partitions) {
    while (node_->states.head(partition).next_offset < node_->log.end(partition))
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

void Spine::advance(Duration duration) {
  clock.advance(duration);
  settle();
  while (!node_->states.fresh()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
}

Answer Spine::send(Method method, std::string_view target, std::vector<Header> headers,
                   std::string body) {
  Request request;
  request.method = method;
  const auto question = target.find('?');
  request.path = target.substr(0, question);
  if (question != std::string_view::npos) request.query = target.substr(question + 1);
  request.headers = std::move(headers);
  request.body = std::move(body);
  request.remote_address = "127.0.0.1";
  request.request_id = "test-request";
  Response response = run_task(composition_->routes.dispatch(request));
  return {response.status, std::move(response.headers), std::move(response.body),
          std::move(response.stream)};
}

Answer Spine::get(std::string_view target, std::vector<Header> headers) {
  return send(Method::get, target, std::move(headers));
}

Answer Spine::post_form(std::string_view target, std::string form, std::vector<Header> headers) {
  headers.push_back({"Content-Type", "application/x-www-form-urlencoded"});
  return send(Method::post, target, std::move(headers), std::move(form));
}

Answer Spine::request_token(const Client& client, std::string_view audience,
                            std::string_view more) {
  std::string form = "grant_type=client_credentials";
  if (!audience.empty()) form += "&audience=" + percent_encoded(audience);
  return post_form("/oauth2/token", form + std::string(more), {client.basic()});
}

std::string Spine::token(const Client& client, std::string_view audience, std::string_view more) {
  const Answer answer = request_token(client, audience, more);
  EXPECT_EQ(answer.status, 200) << answer.body;
  return answer.member("access_token");
}

std::string Spine::admin_token() {
  if (admin_token_.empty()) admin_token_ = token(admin_, issuer_ + "/api/v1");
  return admin_token_;
}

Answer Spine::admin(Method method, std::string_view path, std::string body,
                    std::vector<Header> headers) {
  headers.push_back({"Authorization", "Bearer " + admin_token()});
  if (!body.empty()) headers.push_back({"Content-Type", "application/json"});
  return send(method, "/api/v1" + std::string(path), std::move(headers), std::move(body));
}

bool Spine::active(const Client& caller, std::string_view token_text) {
  const Answer answer =
      post_form("/oauth2/introspect", "token=" + percent_encoded(token_text), {caller.basic()});
  EXPECT_EQ(answer.status, 200) << answer.body;
  return answer.member("active") == "true";
}

Spine::Client Spine::create_client(std::string name) {
  const Secret secret = generate_client_secret(random_);
  Client client{random_.id("srv_"), std::string(secret.reveal()), random_.id("sec_")};
  CreateClient command;
  command.client = ClientId(client.id);
  command.display_name = std::move(name);
  command.secret = {SecretId(client.secret_id), client_secret_digest(client.secret)};
  const auto created = run(std::move(command));
  EXPECT_TRUE(created) << (created ? "" : created.error().detail);
  return client;
}

std::string Spine::register_api(std::string identifier, std::vector<std::string> scopes,
                                TokenFormat format) {
  RegisterApi command;
  command.api = ApiId(random_.id("api_"));
  command.identifier = std::move(identifier);
  command.display_name = "An API";
  for (std::string& scope : scopes) command.scopes.push_back({std::move(scope), ""});
  command.token_format = format;
  const std::string id = command.api.text();
  const auto done = run(std::move(command));
  EXPECT_TRUE(done) << (done ? "" : done.error().detail);
  return id;
}

void Spine::grant(const Client& client, const std::string& api_id,
                  std::vector<std::string> scopes) {
  GrantApi command;
  command.client = ClientId(client.id);
  command.api = ApiId(api_id);
  command.scopes = std::move(scopes);
  const auto done = run(std::move(command));
  EXPECT_TRUE(done) << (done ? "" : done.error().detail);
}

}  // namespace optare
