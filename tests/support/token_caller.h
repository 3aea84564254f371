// Callers of the OAuth endpoints: one application each that asks for tokens, asks about them, and
// ends some before their time, each at any of its nodes.
#pragma once

#include <atomic>
#include <deque>
#include <functional>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "tests/support/call_log.h"
#include "tests/support/issued_tokens.h"
#include "tests/support/server_process.h"
#include "tests/support/told_history.h"

namespace optare {

class TokenCaller {
 public:
  struct Token {
    std::string text;
    std::string jti;  // empty: opaque, and nobody was told
    Known revoked = Known::no;
    Steady::time_point revoked_at;  // when somebody was told so
  };

  // `apis`: the audiences that `app` may ask for; their tokens may be of any format. All parts
  // outlive this.
  TokenCaller(int number, std::vector<const ServerProcess*> nodes, AppSecret app,
              std::vector<std::string> apis, CallLog& log);

  void live(const std::atomic<bool>& ended);
  // Asks each node about them, once all nodes know everything.
  void ask_all(const std::vector<const ServerProcess*>& nodes);
  // What it got, as far as answers told it.
  std::vector<GotToken> issued() const;
  // Its revocations.
  const std::vector<ToldCall>& history() const { return history_; }
  // Answers that nobody may give.
  const std::vector<std::string>& wrong() const { return wrong_; }

 private:
  void step(const std::atomic<bool>& ended);
  void take();
  void look_at(Token& token, const ServerProcess& node);
  void revoke(Token& token, const std::atomic<bool>& ended);
  // None: no answer, or one that only says that nothing can be done now.
  std::optional<HttpResponse> answered(const ServerProcess& node,
                                       const std::function<HttpResponse()>& ask);
  std::optional<HttpResponse> introspected(const Token& token, const ServerProcess& node);
  const ServerProcess& any_node() { return *nodes_[below(nodes_.size())]; }
  std::size_t below(std::size_t count);

  const int number_;
  std::mt19937 random_;
  const std::vector<const ServerProcess*> nodes_;
  const AppSecret app_;
  const std::vector<std::string> apis_;
  CallLog& log_;
  std::deque<Token> tokens_;  // none ever moves
  std::vector<ToldCall> history_;
  std::vector<std::string> wrong_;
};

}  // namespace optare
