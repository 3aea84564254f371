// Callers that change the same applications all at once, by all nodes: what each is told becomes
// part of one history.
#pragma once

#include <array>
#include <atomic>
#include <deque>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "tests/support/call_log.h"
#include "tests/support/issued_tokens.h"

namespace optare {

constexpr std::size_t shared_applications = 50;
// The events that rivals ask for. Until there are as many applications they only make some.
constexpr std::array rival_events{"ClientCreated",       "SecretRotated",     "SecretRevoked",
                                  "ClientTokensRevoked", "ClientDeactivated", "ClientActivated",
                                  "ApplicationDeleted"};

// What the rivals know of the applications that they share. Thread: any.
class SharedApplications {
 public:
  struct App {
    std::string client_id;
    std::string token = {};  // from before anybody else knew it; may be empty
    // That goes on beside the newest, for an hour, as far as somebody was told; may be empty.
    std::string previous_secret = {};
  };

  // Whether one is to be made now, by who asks: he says what became of it.
  bool reserve();
  void made(std::optional<App> app);
  // Any that is there; now and then one that is gone. None: there is none yet.
  std::optional<App> any(Asker& asker) const;
  void rotated(const std::string& client_id, const std::string& previous_secret);
  // Its tokens are dead for ever, as a caller was told.
  void ended(const std::string& client_id);
  void gone(const std::string& client_id);
  // Somebody was told that such a call was done.
  void done(const std::string& event);
  bool was_done(const std::string& event) const;
  // Tokens that are dead for ever.
  std::vector<std::string> dead_tokens() const;

 private:
  App* find(const std::string& client_id);

  mutable std::mutex mutex_;
  std::size_t in_the_making_ = 0;
  std::vector<App> living_;
  std::deque<App> gone_;
  std::vector<std::string> dead_tokens_;
  std::set<std::string> done_;
};

class Rival {
 public:
  // `ended`: whoever waits for an unknown outcome, too, ends then. All parts outlive this.
  Rival(int number, Asker asker, SharedApplications& shared, std::vector<std::string> apis,
        AppSecret introspector, const std::atomic<bool>& ended);

  void live();
  const std::vector<ToldCall>& history() const { return history_; }
  // The tokens that it got.
  const std::vector<GotToken>& issued() const { return issued_; }
  // Answers that nobody may give.
  const std::vector<std::string>& wrong() const { return wrong_; }

 private:
  void step();
  void create();
  void take_token(SharedApplications::App& app, const AppSecret& secret);
  void rotate(const SharedApplications::App& app);
  void end_secret(const SharedApplications::App& app);
  // One that ends tokens.
  void end(const std::string& event, const SharedApplications::App& app, Asker::Request request);
  void activate(const SharedApplications::App& app);
  // Until its outcome is known, or cannot be; its last answer.
  Asker::Answer call(const std::string& event, const std::string& client_id,
                     Asker::Request request);
  void keep(ToldCall told, const Asker::Answer& answer);

  const int number_;
  Asker asker_;
  SharedApplications& shared_;
  const std::vector<std::string> apis_;
  const AppSecret introspector_;
  const std::atomic<bool>& ended_;
  std::vector<ToldCall> history_;
  std::vector<GotToken> issued_;
  std::vector<std::string> wrong_;
};

}  // namespace optare
