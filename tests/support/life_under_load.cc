#include "tests/support/life_under_load.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <thread>

#include "tests/support/issued_tokens.h"

namespace optare {
namespace {

namespace json = boost::json;

constexpr std::size_t apps_alive_max = 4;
constexpr std::size_t tokens_kept_max = 4;  // of an application: every one is asked about
constexpr std::size_t apps_verified_each_time = 6;
constexpr int asked_again_max = 300;
constexpr std::chrono::milliseconds ask_again_interval{200};
constexpr const char* audiences[] = {"https://jwt.example.com", "https://opaque.example.com"};

std::uint64_t position_in(const testing::Answer& answer) {
  return std::stoull("0" + std::string(answer.header("Optare-Position")));
}

}  // namespace

void LifeUnderLoad::Plan::set(std::atomic<bool>& flag, bool value) {
  {
    const std::scoped_lock lock(mutex_);
    flag = value;
  }
  changed_.notify_all();
}

void LifeUnderLoad::Plan::wait() {
  std::unique_lock lock(mutex_);
  if (!changed_.wait_for(lock, patience_default, [&] { return is_open_ || ended_; }))
    throw std::runtime_error("waited in vain for the server to be there again");
}

unsigned LifeUnderLoad::seed() {
  const char* const given = std::getenv("OPTARE_SEED");
  return given != nullptr ? static_cast<unsigned>(std::stoul(given)) : std::random_device()();
}

LifeUnderLoad::LifeUnderLoad(Plan& plan, int number, unsigned seed)
    : plan_(plan), number_(number), random_(seed) {}

bool LifeUnderLoad::chance(int percent) {
  return std::uniform_int_distribution<int>(0, 99)(random_) < percent;
}
std::size_t LifeUnderLoad::below(std::size_t count) {
  return std::uniform_int_distribution<std::size_t>(0, count - 1)(random_);
}

AppSecret LifeUnderLoad::App::key() const {
  for (auto secret = secrets.rbegin(); secret != secrets.rend(); ++secret) {
    if (!secret->ended && !secret->text.empty()) return {id, secret->text};
  }
  return {};
}

void LifeUnderLoad::live() {
  while (!plan_.ended() && !::testing::Test::HasFailure()) {
    try {
      plan_.wait();
      repeat_what_was_lost();
      verify_newest();
      while (!plan_.ended()) act();
    } catch (const Lost&) {
      connection_.reset();
    } catch (const std::exception& fault) {
      ADD_FAILURE() << "client " << number_ << ": " << fault.what();
    }
  }
}

testing::Answer LifeUnderLoad::ask(const std::string& method, const std::string& target,
                                   const HttpHeaders& headers, const std::string& body) {
  if (!connection_) connection_ = std::make_unique<testing::RawClient>(plan_.port);
  std::string request = fmt::format("{} {} HTTP/1.1\r\nHost: x\r\n", method, target);
  for (const auto& [name, value] : headers) request += fmt::format("{}: {}\r\n", name, value);
  request += fmt::format("Content-Length: {}\r\n\r\n{}", body.size(), body);
  connection_->send(request);
  testing::Answer answer = connection_->answer();
  // A busy machine sheds some: what is only compared is asked again.
  for (int again = 0; verifies_ && answer.status == 503 && again < asked_again_max; ++again) {
    std::this_thread::sleep_for(ask_again_interval);
    connection_ = std::make_unique<testing::RawClient>(plan_.port);
    connection_->send(request);
    answer = connection_->answer();
  }
  if (answer.status == 0 || answer.status == 503) throw Lost();  // what it did is not known
  ++answers_;
  return answer;
}

testing::Answer LifeUnderLoad::ask_form(
    const std::string& target, const AppSecret& client,
    const std::vector<std::pair<std::string, std::string>>& members) {
  return ask("POST", target,
             {client.basic(), {"Content-Type", "application/x-www-form-urlencoded"}},
             form_body(members));
}

testing::Answer LifeUnderLoad::ask_admin(const Change& change) {
  HttpHeaders headers{{"Authorization", "Bearer " + plan_.admin_token},
                      {"Content-Type", "application/json"}};
  if (!change.key.empty()) headers.emplace_back("Idempotency-Key", change.key);
  return ask(change.method, "/api/v1" + change.path, headers, change.body);
}

LifeUnderLoad::App* LifeUnderLoad::any_living() {
  std::vector<App*> living;
  for (App& app : apps_) {
    if (!app.deleted) living.push_back(&app);
  }
  return living.empty() ? nullptr : living[below(living.size())];
}

void LifeUnderLoad::act() {
  if (living().size() < apps_alive_max && chance(25))
    return carry_out(change(Change::Kind::create, nullptr));
  if (App* const app = any_living()) act_on(*app);
}

void LifeUnderLoad::act_on(App& app) {
  const std::size_t dice = below(100);
  if (dice < 60) return get_token(app);
  if (dice < 65) {
    for (Token& token : app.tokens) {
      if (token.alive) return revoke_token(app, token);
    }
    return;
  }
  if (dice < 72) return carry_out(change(Change::Kind::rename, &app));
  if (dice < 84) return carry_out(change(Change::Kind::rotate, &app));
  if (dice < 89) return carry_out(change(Change::Kind::revoke_tokens, &app));
  carry_out(change(Change::Kind::remove, &app));
}

LifeUnderLoad::Change LifeUnderLoad::change(Change::Kind kind, App* app) {
  Change change{
      .kind = kind, .app = app, .method = "POST", .path = "/applications", .body = "{}", .key = {}};
  change.key = fmt::format("life-{}-{}", number_, ++keys_);
  if (app != nullptr) change.path += "/" + app->id;
  switch (kind) {
    case Change::Kind::create: {
      json::array apis;
      for (const char* audience : audiences)
        apis.push_back(json::object{{"identifier", audience}, {"scopes", json::array{"read"}}});
      change.body =
          json::serialize(json::object{{"name", fmt::format("life {} app {}", number_, ++names_)},
                                       {"type", "m2m"},
                                       {"apis", std::move(apis)}});
      break;
    }
    case Change::Kind::rename:
      change.method = "PATCH";
      change.body =
          json::serialize(json::object{{"name", fmt::format("life {} app {}", number_, ++names_)}});
      break;
    case Change::Kind::rotate: {
      change.path += "/rotate-secret";
      json::object body{{"overlap_seconds", 604'800}};
      std::vector<std::string> live;
      for (const SecretText& secret : app->secrets) {
        if (!secret.ended) live.push_back(secret.id);
      }
      if (live.size() == 2) body["drop_secret_id"] = change.dropped = live[below(2)];
      change.body = json::serialize(body);
      break;
    }
    case Change::Kind::revoke_tokens:
      change.path += "/revoke-tokens";
      break;
    case Change::Kind::remove:
      change.method = "DELETE";
      break;
  }
  return change;
}

void LifeUnderLoad::carry_out(Change change) {
  lost_ = std::move(change);
  repeat_what_was_lost();
}

void LifeUnderLoad::repeat_what_was_lost() {
  if (lost_) {
    if (++lost_->sent == 2) ++repeated_;
    const testing::Answer answer = ask_admin(*lost_);
    take(*lost_, answer);
    lost_.reset();
  }
  if (lost_revocation_) revoke_token(*lost_revocation_->first, *lost_revocation_->second);
}

void LifeUnderLoad::take(Change& change, const testing::Answer& answer) {
  const int expected = change.kind == Change::Kind::create ? 201 : 200;
  EXPECT_EQ(answer.status, expected) << change.method << " " << change.path << " (sent "
                                     << change.sent << " times): " << answer.body;
  if (answer.status != expected) return;
  if (change.sent == 1) EXPECT_EQ(answer.header("Idempotency-Replayed"), "") << change.path;
  position_ = std::max(position_, position_in(answer));
  change.status = answer.status;
  change.answer = json::parse(answer.body);
  switch (change.kind) {
    case Change::Kind::create:
      take_created(change, answer);
      break;
    case Change::Kind::rename:
      change.app->name = json_member(change.body, "name");
      break;
    case Change::Kind::rotate:
      take_rotated(change, answer);
      break;
    case Change::Kind::remove:
      change.app->deleted = true;
      facts_.push_back("ApplicationDeleted application/" + change.app->id);
      [[fallthrough]];
    case Change::Kind::revoke_tokens:
      for (Token& token : change.app->tokens) token.alive = false;
      break;
  }
  if (change.answer.is_object()) change.answer.get_object().erase("client_secret");
  answered_.push_back(change);
}

void LifeUnderLoad::take_created(const Change& change, const testing::Answer& answer) {
  App& app = apps_.emplace_back();
  app.id = json_member(answer.body, "client_id");
  app.name = json_member(change.body, "name");
  app.secrets.push_back(
      {json_member(answer.body, "secret_id"), json_member(answer.body, "client_secret")});
  facts_.push_back("ClientCreated application/" + app.id);
}

void LifeUnderLoad::take_rotated(Change& change, const testing::Answer& answer) {
  for (SecretText& secret : change.app->secrets) {
    if (secret.id == change.dropped) secret.ended = true;
  }
  change.app->secrets.push_back(
      {json_member(answer.body, "secret_id"), json_member(answer.body, "client_secret")});
  facts_.push_back("SecretRotated " + change.app->secrets.back().id);
}

void LifeUnderLoad::get_token(App& app) {
  const AppSecret key = app.key();
  if (key.secret.empty()) return carry_out(change(Change::Kind::rotate, &app));
  const testing::Answer answer =
      ask_form("/oauth2/token", key,
               {{"grant_type", "client_credentials"}, {"audience", audiences[below(2)]}});
  EXPECT_EQ(answer.status, 200) << answer.body;
  if (answer.status != 200) return;
  const std::string text = json_member(answer.body, "access_token");
  Token token{.text = text, .id = jti_of(text)};
  if (!token.id.empty()) issued_.insert(token.id);
  if (app.tokens.size() < tokens_kept_max)
    app.tokens.push_back(std::move(token));
  else
    app.tokens[below(tokens_kept_max)] = std::move(token);
}

void LifeUnderLoad::revoke_token(App& app, Token& token) {
  lost_revocation_.emplace(&app, &token);
  const AppSecret key = app.key();
  if (!key.secret.empty() && !app.deleted) {
    const testing::Answer answer = ask_form("/oauth2/revoke", key, {{"token", token.text}});
    EXPECT_EQ(answer.status, 200) << answer.body;
    token.alive = false;
  }
  lost_revocation_.reset();
}

std::multiset<std::string> LifeUnderLoad::living() const {
  std::multiset<std::string> names;
  for (const App& app : apps_) {
    if (!app.deleted) names.insert(app.name);
  }
  return names;
}

void LifeUnderLoad::verify_all() {
  connection_.reset();
  verifies_ = true;
  repeat_what_was_lost();
  for (App& app : apps_) verify(app);
  for (const Change& change : answered_) verify_repeat(change);
}

void LifeUnderLoad::verify_newest() {
  const std::size_t count = std::min(apps_.size(), apps_verified_each_time);
  for (std::size_t i = apps_.size() - count; i < apps_.size(); ++i) verify(apps_[i]);
  if (!answered_.empty()) {
    verify_repeat(answered_.back());
    verify_repeat(answered_[below(answered_.size())]);
  }
}

void LifeUnderLoad::verify(App& app) {
  const testing::Answer seen =
      ask_admin({.kind = {}, .method = "GET", .path = "/applications/" + app.id});
  EXPECT_EQ(seen.status, app.deleted ? 404 : 200) << app.name << ": " << seen.body;
  if (!app.deleted && seen.status == 200) {
    EXPECT_GE(position_in(seen), position_);
    EXPECT_EQ(json_member(seen.body, "name"), app.name);
    std::set<std::string> expected;
    for (const SecretText& secret : app.secrets) {
      if (!secret.ended) expected.insert(secret.id);
    }
    std::set<std::string> there;
    for (const auto& secret : json::parse(seen.body).at("secrets").as_array())
      there.insert(json_member(secret, "secret_id"));
    EXPECT_EQ(there, expected) << app.name;
  }
  verify_secrets(app);
  verify_tokens(app);
}

void LifeUnderLoad::verify_secrets(App& app) {
  for (const SecretText& secret : app.secrets) {
    const bool opens = !app.deleted && !secret.ended;
    // One wrong guess each time: more would be slowed down, as they should.
    if (secret.text.empty() || (!opens && &secret != &app.secrets.front())) continue;
    const testing::Answer answer =
        ask_form("/oauth2/introspect", {app.id, secret.text}, {{"token", "x"}});
    if (opens)
      EXPECT_EQ(answer.status, 200) << app.name << " " << secret.id << ": " << answer.body;
    else
      EXPECT_TRUE(answer.status == 401 || answer.status == 429) << app.name << ": " << answer.body;
  }
}

void LifeUnderLoad::verify_tokens(App& app) {
  for (Token& token : app.tokens) {
    const testing::Answer answer =
        ask_form("/oauth2/introspect", plan_.watcher, {{"token", token.text}});
    EXPECT_EQ(json_member(answer.body, "active"), token.alive ? "true" : "false")
        << app.name << " " << token.id << ": " << answer.body;
    if (const std::string id = json_member(answer.body, "jti"); !id.empty())
      issued_.insert(token.id = id);
  }
}

void LifeUnderLoad::verify_repeat(Change change) {
  const testing::Answer answer = ask_admin(change);
  EXPECT_EQ(answer.status, change.status) << change.path << ": " << answer.body;
  EXPECT_EQ(answer.header("Idempotency-Replayed"), "true") << change.path;
  json::error_code error;
  EXPECT_EQ(json::parse(answer.body, error), change.answer) << change.path;
}

}  // namespace optare
