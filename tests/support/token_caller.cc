#include "tests/support/token_caller.h"

#include <fmt/format.h>

#include <algorithm>
#include <thread>

namespace optare {
namespace {

using namespace std::chrono_literals;

// So many of the newest tokens are asked about while callers go on, and of all in the end.
constexpr std::size_t newest_looked_at = 20;
constexpr std::size_t asked_about_max = 40;
constexpr int asked_again_max = 10;
constexpr auto pause_after_no = 20ms;
// After that every node has heard of a revocation, or answers nothing (the setting's default).
constexpr auto max_staleness = 15s;

}  // namespace

TokenCaller::TokenCaller(int number, std::vector<const ServerProcess*> nodes, AppSecret app,
                         std::vector<std::string> apis, CallLog& log)
    : number_(number),
      random_(static_cast<unsigned>(number)),
      nodes_(std::move(nodes)),
      app_(std::move(app)),
      apis_(std::move(apis)),
      log_(log) {}

void TokenCaller::live(const std::atomic<bool>& ended) {
  while (!ended) step(ended);
}

std::size_t TokenCaller::below(std::size_t count) {
  return std::uniform_int_distribution<std::size_t>(0, count - 1)(random_);
}

void TokenCaller::step(const std::atomic<bool>& ended) {
  const std::size_t dice = below(10);
  if (tokens_.empty() || dice < 4) return take();
  Token& token = tokens_[tokens_.size() - 1 - below(std::min(tokens_.size(), newest_looked_at))];
  if (dice < 8 || token.revoked != Known::no) return look_at(token, any_node());
  revoke(token, ended);
}

std::optional<HttpResponse> TokenCaller::answered(const ServerProcess& node,
                                                  const std::function<HttpResponse()>& ask) {
  CallLog::Asked asked = log_.ask(node, ask);
  const int status = asked.response.status;
  if (asked.answered() && status != 503 && status != 408) return std::move(asked.response);
  std::this_thread::sleep_for(pause_after_no);
  return std::nullopt;
}

std::optional<HttpResponse> TokenCaller::introspected(const Token& token,
                                                      const ServerProcess& node) {
  return answered(
      node, [&] { return node.post_form("/oauth2/introspect", app_, {{"token", token.text}}); });
}

void TokenCaller::take() {
  const std::string& api = apis_[below(apis_.size())];
  const ServerProcess& node = any_node();
  const auto answer = answered(node, [&] { return node.request_token(app_, api); });
  if (!answer) return;
  if (answer->status == 200) {
    const std::string text = json_member(answer->body, "access_token");
    tokens_.push_back({.text = text, .jti = jti_of(text), .revoked_at = {}});
    return;
  }
  wrong_.push_back(fmt::format("a token for {}: {} {}", api, answer->status, answer->body));
}

// One that lives is known everywhere; one that was revoked is dead where it was, and soon
// everywhere.
void TokenCaller::look_at(Token& token, const ServerProcess& node) {
  const auto asked = Steady::now();
  const auto answer = introspected(token, node);
  if (!answer) return;
  const std::string active = json_member(answer->body, "active");
  if (token.jti.empty()) token.jti = json_member(answer->body, "jti");
  if (token.revoked == Known::no && active != "true")
    wrong_.push_back(fmt::format("a token that lives: {} {}", answer->status, answer->body));
  if (token.revoked == Known::yes && asked > token.revoked_at + max_staleness && active != "false")
    wrong_.push_back(fmt::format("a token that was revoked: {} {}", answer->status, answer->body));
}

void TokenCaller::revoke(Token& token, const std::atomic<bool>& ended) {
  ToldCall told{.request_id = fmt::format("call-token-{}-{}", number_, history_.size()),
                .event = "TokenRevoked",
                .done = Known::perhaps,
                .asked = Steady::now()};
  const ServerProcess* node = nullptr;
  for (int times = 0; told.done == Known::perhaps && times <= asked_again_max; ++times) {
    if (times > 0 && ended) break;
    node = &any_node();
    const auto answer = answered(*node, [&] {
      return node->send("POST", "/oauth2/revoke",
                        {app_.basic(),
                         {"Content-Type", "application/x-www-form-urlencoded"},
                         {"X-Request-Id", told.request_id}},
                        form_body({{"token", token.text}}));
    });
    if (!answer) continue;
    if (answer->status == 200)
      told.done = Known::yes;
    else
      wrong_.push_back(fmt::format("a revocation: {} {}", answer->status, answer->body));
  }
  told.answered = Steady::now();
  token.revoked = told.done;
  token.revoked_at = told.answered;
  history_.push_back(std::move(told));
  if (token.revoked != Known::yes) return;
  const auto seen = introspected(token, *node);
  if (seen && json_member(seen->body, "active") != "false")
    wrong_.push_back("a token is active where it was revoked: " + seen->body);
}

std::vector<GotToken> TokenCaller::issued() const {
  std::vector<GotToken> issued;
  for (const Token& token : tokens_) issued.push_back({app_.client_id, token.jti});
  return issued;
}

void TokenCaller::ask_all(const std::vector<const ServerProcess*>& nodes) {
  const std::size_t step = std::max<std::size_t>(1, tokens_.size() / asked_about_max);
  for (std::size_t i = 0; i < tokens_.size(); i += step) {
    for (const ServerProcess* node : nodes) {
      if (tokens_[i].revoked != Known::perhaps &&
          node->active(app_, tokens_[i].text) != (tokens_[i].revoked == Known::no)) {
        wrong_.push_back(fmt::format("a token that {} revoked is not told so in the end",
                                     tokens_[i].revoked == Known::no ? "was not" : "was"));
      }
    }
  }
}

}  // namespace optare
