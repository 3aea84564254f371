// A server whose every answer is kept, byte for byte, with the secrets that it rightly carries: for
// the search for those that are anywhere else.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/canaries.h"
#include "tests/support/server_process.h"

namespace optare {

class ToldServer {
 public:
  // Starts it at log level debug. The administrator's secret and the key-encryption key are
  // planted.
  ToldServer();

  // One request on a connection of its own. `headers`: one a line. Throws when nothing is answered,
  // or the connection does not end then.
  struct Asked {
    std::string method = "GET";
    std::string target;
    std::string headers = {};
    std::string body = {};
  };
  const std::string& ask(const Asked& asked);  // the answer's body
  const std::string& ask_operations(const Asked& asked);
  void send_bytes(const std::string& name, const std::string& bytes);
  int status() const { return status_; }                  // of the last answer
  std::size_t answers() const { return places_.size(); }  // and other things that were kept
  // The live tail of events from the first one on, until it has told this text.
  void follow_events_until(const std::string& authorization, const std::string& text);

  // The member of the last answer's body is a secret (a token), rightly there, and planted.
  std::string take_secret(const std::string& name, const std::string& member = "client_secret");
  std::string take_token(const std::string& name);

  // A command of the program on this folder, with the administrator's credentials; all that it says
  // is kept. REQUIRES: it ends with 0.
  std::string run_optare(std::vector<std::string> arguments);
  // Plants every key that the vault holds. REQUIRES: stopped.
  void plant_keys();
  // Keeps what the data folder holds now.
  void look_into_folder(const std::string& when);
  // All that was kept, and what the server has said.
  std::vector<Place> places() const;

  ServerProcess server;
  Canaries canaries;
  ServerProcess::Flags flags{"--log-level", "debug"};

 private:
  const std::string& keep(const std::string& name, const std::string& answer);
  const std::string& exchange(std::uint16_t port, const std::string& name,
                              const std::string& bytes);

  std::vector<Place> places_;
  std::string body_;
  int status_ = 0;
};

}  // namespace optare
