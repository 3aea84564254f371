// `optare serve` as a process of its own, on a folder and ports of its own, asked over HTTP.
#pragma once

#include <boost/json/value.hpp>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "ops/cli/http_client.h"
#include "tests/support/process.h"

namespace optare {

// A text member of a JSON object (numbers and truth values as they are written); empty when there
// is none, or `text` is no JSON object.
std::string json_member(std::string_view text, std::string_view name);
std::string json_member(const boost::json::value& object, std::string_view name);

// An application as a node shows it, without when it was last used: no fact of the log, each node
// knows that of itself. Anything else as it is.
boost::json::value without_last_used(boost::json::value item);

// What opens an application.
struct AppSecret {
  std::string client_id;
  std::string secret;
  // Authorization: Basic, as RFC 6749 section 2.3.1 wants it.
  std::pair<std::string, std::string> basic() const;
};

// What the server says once it says something definite: a node whose view is too old for a moment,
// or whose thread is late, as on a busy machine, says 503 and "again in a second". It is not asked
// again when nobody knows what was done. After a minute: the last answer, whatever it is.
HttpResponse decided(const std::function<HttpResponse()>& ask);

// Whether it is what a server says whose thread is late, before anybody has looked at the request.
bool sheds(std::string_view text);

// Runs a command that asks a server, again while that sheds the request.
Ended run_unshed(const Program& program);

// Nobody took the connection, so that nothing was asked.
struct Unreached : std::runtime_error {
  using std::runtime_error::runtime_error;
};

class ServerProcess {
 public:
  using Flags = std::vector<std::string>;

  // `data`: where its data are; by default in a temporary folder that goes with this object.
  explicit ServerProcess(std::filesystem::path data = {});
  ~ServerProcess();

  // Starts it with these flags besides --data, --listen and --ops-listen, and waits until it is
  // ready. Throws, with what it said, when it is not in time.
  void start(const Flags& flags = {});
  // Starts it and does not wait.
  void launch(const Flags& flags = {});
  // The same once it says that it is ready; false until then.
  bool ready() const;
  // Starts it and waits for it to give up.
  Ended start_in_vain(const Flags& flags = {});
  // SIGKILL, and gone.
  void kill();
  // SIGTERM; its exit code.
  int stop();
  bool running() { return process_ && !process_->ended(); }
  Process& process() { return *process_; }

  const std::filesystem::path& data() const { return data_; }
  std::filesystem::path key_file() const { return data_.string() + ".key"; }
  // For other files of the test.
  const std::filesystem::path& folder() const { return folder_.path(); }
  std::string address() const;
  std::uint16_t port() const { return port_.number(); }
  std::string ops_address() const;
  std::uint16_t ops_port() const { return ops_port_.number(); }
  std::string url() const { return scheme_ + "://" + address(); }
  std::string ops_url() const { return "http://" + ops_address(); }
  // The flags that every start gets.
  Flags base_flags() const;
  // Everything that all its runs wrote to standard output and standard error.
  std::string said() const;

  // --- asking. Each throws when there is no answer: Unreached, or another runtime_error. A request
  // that is shed, as on a busy machine, was not looked at: it is sent again.
  HttpResponse send(const std::string& method, const std::string& target, HttpHeaders headers = {},
                    std::string body = {}) const;
  HttpResponse get(const std::string& target) const { return send("GET", target); }
  HttpResponse post_form(const std::string& target, const AppSecret& client,
                         const std::vector<std::pair<std::string, std::string>>& members) const;
  // The second listener. A member of /readyz; the value of a metric, summed over its labels that
  // contain `label`, 0 when it is not there.
  HttpResponse ops(const std::string& target) const;
  double metric(const std::string& name, const std::string& label = {}) const;

  // The credentials in DIR/admin.json.
  AppSecret admin() const;
  // POST /oauth2/token; `audience` may be empty.
  HttpResponse request_token(const AppSecret& client, const std::string& audience) const;
  // The same once it is decided.
  HttpResponse decided_token(const AppSecret& client, const std::string& audience) const;
  // The token; fails the test when there is none.
  std::string token(const AppSecret& client, const std::string& audience) const;
  bool active(const AppSecret& caller, const std::string& token) const;

  // The admin API as the administrator, with a token that is taken when there is none yet. `path`
  // begins behind /api/v1; `body` is JSON or empty.
  HttpResponse admin_call(const std::string& method, const std::string& path,
                          const std::string& body = {}, HttpHeaders headers = {});
  // Makes an API with the scopes "read" and "write"; its api_id.
  std::string create_api(const std::string& identifier, const std::string& format = "jwt");
  // Makes an application that may ask for "read" and "write" of the API.
  AppSecret create_application(const std::string& name, const std::string& api_identifier);

  HttpClientOptions http;  // for `send`
  // Where it runs, when that is not here: the address there, and a command that becomes the one
  // that follows it.
  struct Place {
    std::string host = "127.0.0.1";
    Flags within = {};
  };
  Place place;

 private:
  void keep_output();

  TemporaryDirectory folder_;
  std::filesystem::path data_;
  FreePort port_;
  FreePort ops_port_;
  std::string scheme_ = "http";
  std::unique_ptr<Process> process_;
  std::string said_before_;
  std::string admin_token_;
};

}  // namespace optare
