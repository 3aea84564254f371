// One client that lives through kills of the server: it knows what was acknowledged, repeats what
// was not, and says when the server knows it otherwise.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "tests/http/raw_client.h"
#include "tests/support/server_process.h"

namespace optare {

class LifeUnderLoad {
 public:
  // What all lives share: where the server is, and when it may be asked.
  class Plan {
   public:
    std::uint16_t port = 0;
    std::string admin_token;
    AppSecret watcher;  // may introspect every token

    void open() { set(is_open_, true); }
    // Requests under way go on: they are what the kill is to meet.
    void close() { set(is_open_, false); }
    void end() { set(ended_, true); }
    bool ended() const { return ended_; }
    // Until it may be asked; throws when nobody says so in time.
    void wait();

   private:
    void set(std::atomic<bool>& flag, bool value);
    std::mutex mutex_;
    std::condition_variable changed_;
    std::atomic<bool> is_open_ = false;
    std::atomic<bool> ended_ = false;
  };

  // `number` makes its names its own. `plan` outlives this.
  LifeUnderLoad(Plan& plan, int number, unsigned seed);

  // OPTARE_SEED, or one of its own.
  static unsigned seed();

  // Asks for this and that until the plan ends. Failures are the test's.
  void live();
  // Asks the server about everything that was ever acknowledged.
  void verify_all();

  std::multiset<std::string> living() const;  // names
  // Ids (jti) of all tokens that were acknowledged; of an opaque one, when it was ever
  // introspected.
  const std::set<std::string>& issued() const { return issued_; }
  // What happened, as "ClientCreated application/srv_...".
  const std::vector<std::string>& facts() const { return facts_; }
  std::uint64_t answers() const { return answers_; }
  std::uint64_t repeated() const { return repeated_; }

 private:
  struct Lost {};  // no answer

  struct Token {
    std::string text;
    std::string id = {};  // jti; empty until it was seen
    bool alive = true;
  };
  struct SecretText {
    std::string id;
    std::string text = {};  // empty: the answer with it was lost
    bool ended = false;
  };
  struct App {
    std::string id;
    std::string name;
    bool deleted = false;
    std::vector<SecretText> secrets;  // the last two are live, unless ended
    std::vector<Token> tokens;
    AppSecret key() const;  // a secret that opens it; empty when none is known
  };
  // A change that is asked for under a key of its own until it is answered.
  struct Change {
    enum class Kind { create, rename, rotate, revoke_tokens, remove };
    Kind kind{};
    App* app = nullptr;  // null for create
    std::string method = {};
    std::string path = {};
    std::string body = {};
    std::string key = {};
    std::string dropped = {};  // secret id
    int sent = 0;
    // Of the first answer.
    int status = 0;
    boost::json::value answer = nullptr;
  };

  testing::Answer ask(const std::string& method, const std::string& target,
                      const HttpHeaders& headers, const std::string& body);
  testing::Answer ask_form(const std::string& target, const AppSecret& client,
                           const std::vector<std::pair<std::string, std::string>>& members);
  testing::Answer ask_admin(const Change& change);

  void act();
  void act_on(App& app);
  Change change(Change::Kind kind, App* app);
  void carry_out(Change change);  // and remember it until it is answered
  void repeat_what_was_lost();
  void take(Change& change, const testing::Answer& answer);
  void take_created(const Change& change, const testing::Answer& answer);
  void take_rotated(Change& change, const testing::Answer& answer);
  void get_token(App& app);
  void revoke_token(App& app, Token& token);

  void verify_newest();
  void verify(App& app);
  void verify_secrets(App& app);
  void verify_tokens(App& app);
  void verify_repeat(Change change);

  bool chance(int percent);
  std::size_t below(std::size_t count);
  App* any_living();

  Plan& plan_;
  const int number_;
  std::mt19937 random_;
  std::unique_ptr<testing::RawClient> connection_;
  std::deque<App> apps_;   // those deleted too; none ever moves
  bool verifies_ = false;  // nothing is killed any more
  std::optional<Change> lost_;
  std::optional<std::pair<App*, Token*>> lost_revocation_;
  std::deque<Change> answered_;
  std::vector<std::string> facts_;
  std::set<std::string> issued_;
  std::uint64_t position_ = 0;  // the newest acknowledged
  int names_ = 0;
  std::uint64_t keys_ = 0;
  std::atomic<std::uint64_t> answers_ = 0;  // read while it lives
  std::uint64_t repeated_ = 0;
};

}  // namespace optare
