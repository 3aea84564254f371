// The whole product in one process, without a listener: a real log, view, vault and spool in a
// folder of its own, and the routes that `optare serve` listens with.
#pragma once

#include <boost/json/value.hpp>
#include <memory>
#include <string>
#include <vector>

#include "core/openssl/random.h"
#include "ops/compose.h"
#include "ops/policies.h"
#include "tests/support/fake_clock.h"
#include "tests/support/temporary_directory.h"

namespace optare {

// An answer, as a client sees it.
struct Answer {
  int status = 0;
  std::vector<Header> headers;
  std::string body;
  Stream stream;

  std::string header(std::string_view name) const;  // the first of this name; empty when none
  boost::json::value json() const;                  // null when the body is not JSON
  // A member of the object; empty when there is none. Text without quotes.
  std::string member(std::string_view name) const;
};

class Spine {
 public:
  static constexpr std::string_view issuer = "http://127.0.0.1:8080";

  explicit Spine(std::string issuer_url = std::string(issuer));
  ~Spine();

  // --- asking
  Answer send(Method method, std::string_view target, std::vector<Header> headers = {},
              std::string body = {});
  Answer get(std::string_view target, std::vector<Header> headers = {});
  Answer post_form(std::string_view target, std::string form, std::vector<Header> headers = {});

  struct Client {
    std::string id;
    std::string secret;
    std::string secret_id;
    // Authorization: Basic, as RFC 6749 section 2.3.1 wants it.
    Header basic() const;
  };
  // The administrator of the first start, from admin.json.
  const Client& admin() const { return admin_; }
  // POST /oauth2/token with Basic; `more` is appended to the form ("&scope=...").
  Answer request_token(const Client& client, std::string_view audience, std::string_view more = "");
  // The access token; fails the test when there is none.
  std::string token(const Client& client, std::string_view audience, std::string_view more = "");
  // A living token of the administrator with all scopes; asked for once.
  std::string admin_token();
  // The admin API as the administrator: JSON in, JSON out. `path` begins behind /api/v1.
  Answer admin(Method method, std::string_view path, std::string body = {},
               std::vector<Header> headers = {});
  // Does `caller` see the token as active?
  bool active(const Client& caller, std::string_view token);

  // --- making things, through the commands; each fails the test when refused
  Client create_client(std::string name = "Cron");
  std::string register_api(std::string identifier, std::vector<std::string> scopes,
                           TokenFormat format = TokenFormat::jwt);
  void grant(const Client& client, const std::string& api_id, std::vector<std::string> scopes);
  // Any command, as the operator of the machine.
  template <Command C>
  Result<Committed> run(C command) {
    CommandOrigin origin;
    origin.actor = {ActorType::system, "test"};
    return run_task(handle(node().runner, std::move(command), std::move(origin)));
  }
  template <class T>
  T run_task(Task<T> task);

  // --- time and faults
  // Time passes on both clocks, and the node has noticed.
  void advance(Duration duration);
  // Ends everything and starts again on the same folder.
  void restart();
  // Everything durable is applied.
  void settle();

  Node& node() { return *node_; }
  Composition& composition() { return *composition_; }
  const std::filesystem::path& folder() const { return folder_.path(); }
  FakeClock clock;

 private:
  void start();
  void stop();

  std::string issuer_;
  TemporaryDirectory folder_;
  SystemRandom random_;
  LogLines lines_{LogLevel::error};
  std::unique_ptr<Node> node_;
  std::unique_ptr<Composition> composition_;
  std::unique_ptr<Policies> policies_;
  Client admin_;
  std::string admin_token_;
};

}  // namespace optare

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

namespace optare {

template <class T>
T Spine::run_task(Task<T> task) {
  boost::asio::io_context context;
  std::optional<T> result;
  boost::asio::co_spawn(context, std::move(task), [&](const std::exception_ptr& fault, T value) {
    if (fault) std::rethrow_exception(fault);
    result = std::move(value);
  });
  context.run();
  return *std::move(result);
}

}  // namespace optare
