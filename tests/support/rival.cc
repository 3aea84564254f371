#include "tests/support/rival.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json.hpp>

namespace optare {
namespace {

namespace json = boost::json;

constexpr std::size_t fought_over = 4;  // so many of them are asked for by half of all calls
constexpr std::size_t gone_max = 20;
constexpr int asked_again_max = 10;
// Refusals that a rival may bring about; 408: the request took long to be read.
constexpr std::array refused_for_a_reason{404, 408, 409, 422};

std::string path_of(const SharedApplications::App& app, const std::string& rest = {}) {
  return "/applications/" + app.client_id + rest;
}

}  // namespace

bool SharedApplications::reserve() {
  const std::scoped_lock lock(mutex_);
  if (living_.size() + in_the_making_ >= shared_applications) return false;
  ++in_the_making_;
  return true;
}

void SharedApplications::made(std::optional<App> app) {
  const std::scoped_lock lock(mutex_);
  --in_the_making_;
  if (app) living_.push_back(*std::move(app));
}

std::optional<SharedApplications::App> SharedApplications::any(Asker& asker) const {
  const std::scoped_lock lock(mutex_);
  if (!gone_.empty() && asker.below(20) == 0) return gone_[asker.below(gone_.size())];
  if (living_.empty()) return std::nullopt;
  const std::size_t among = asker.below(2) == 0 ? fought_over : living_.size();
  return living_[asker.below(std::min(among, living_.size()))];
}

SharedApplications::App* SharedApplications::find(const std::string& client_id) {
  const auto app = std::ranges::find(living_, client_id, &App::client_id);
  return app == living_.end() ? nullptr : &*app;
}

void SharedApplications::rotated(const std::string& client_id, const std::string& previous_secret) {
  const std::scoped_lock lock(mutex_);
  if (App* app = find(client_id)) app->previous_secret = previous_secret;
}

void SharedApplications::ended(const std::string& client_id) {
  const std::scoped_lock lock(mutex_);
  App* const app = find(client_id);
  if (app != nullptr && !app->token.empty()) dead_tokens_.push_back(std::exchange(app->token, {}));
}

void SharedApplications::gone(const std::string& client_id) {
  const std::scoped_lock lock(mutex_);
  App* const app = find(client_id);
  if (app == nullptr) return;
  gone_.push_back(*app);
  if (gone_.size() > gone_max) gone_.pop_front();
  living_.erase(living_.begin() + (app - living_.data()));
}

void SharedApplications::done(const std::string& event) {
  const std::scoped_lock lock(mutex_);
  done_.insert(event);
}

bool SharedApplications::was_done(const std::string& event) const {
  const std::scoped_lock lock(mutex_);
  return done_.contains(event);
}

std::vector<std::string> SharedApplications::dead_tokens() const {
  const std::scoped_lock lock(mutex_);
  return dead_tokens_;
}

Rival::Rival(int number, Asker asker, SharedApplications& shared, std::vector<std::string> apis,
             AppSecret introspector, const std::atomic<bool>& ended)
    : number_(number),
      asker_(std::move(asker)),
      shared_(shared),
      apis_(std::move(apis)),
      introspector_(std::move(introspector)),
      ended_(ended) {}

void Rival::live() {
  while (!ended_) step();
}

void Rival::step() {
  if (shared_.reserve()) return create();
  const auto app = shared_.any(asker_);
  if (!app) return;
  const std::size_t dice = asker_.below(100);
  if (dice < 40) return rotate(*app);
  if (dice < 55) return end_secret(*app);
  if (dice < 75)
    return end("ClientTokensRevoked", *app,
               {.method = "POST", .path = path_of(*app, "/revoke-tokens")});
  if (dice < 83)
    return end("ClientDeactivated", *app, {.method = "POST", .path = path_of(*app, "/deactivate")});
  if (dice < 90) return activate(*app);
  end("ApplicationDeleted", *app, {.method = "DELETE", .path = path_of(*app)});
}

void Rival::create() {
  json::array grants;
  for (const std::string& api : apis_)
    grants.push_back(json::object{{"identifier", api}, {"scopes", json::array{"read"}}});
  const json::object body{{"name", fmt::format("shared-{}-{}", number_, history_.size())},
                          {"type", "m2m"},
                          {"apis", std::move(grants)}};
  const Asker::Answer answer =
      call("ClientCreated", {},
           {.method = "POST", .path = "/applications", .body = json::serialize(body)});
  if (answer.done != Known::yes) return shared_.made(std::nullopt);
  SharedApplications::App app{json_member(answer.response.body, "client_id")};
  const std::string secret = json_member(answer.response.body, "client_secret");
  if (!secret.empty()) take_token(app, {app.client_id, secret});  // a repeated answer has none
  shared_.made(std::move(app));
}

// Nobody else knows the application yet: nothing but a node in trouble refuses it.
void Rival::take_token(SharedApplications::App& app, const AppSecret& secret) try {
  const ServerProcess& node = asker_.any_node();
  const HttpResponse answer = node.request_token(secret, apis_[asker_.below(apis_.size())]);
  if (answer.status == 200) {
    app.token = json_member(answer.body, "access_token");
    issued_.push_back({app.client_id, jti_of(app.token)});
    const HttpResponse seen =
        node.post_form("/oauth2/introspect", introspector_, {{"token", app.token}});
    if (seen.status == 200 && json_member(seen.body, "active") != "true")
      wrong_.push_back(fmt::format("a token of {} is new: {}", app.client_id, seen.body));
  } else if (answer.status / 100 == 4 && answer.status != 408) {
    wrong_.push_back(
        fmt::format("a token of {}: {} {}", app.client_id, answer.status, answer.body));
  }
} catch (const std::exception&) {
  return;  // killed, or too late
}

void Rival::rotate(const SharedApplications::App& app) {
  const bool overlaps = asker_.below(2) == 0;
  json::object body{{"overlap_seconds", overlaps ? 3600 : 0}};
  if (!app.previous_secret.empty() && asker_.below(4) != 0)
    body["drop_secret_id"] = app.previous_secret;
  const Asker::Answer answer = call(
      "SecretRotated", app.client_id,
      {.method = "POST", .path = path_of(app, "/rotate-secret"), .body = json::serialize(body)});
  if (answer.done == Known::yes)
    shared_.rotated(app.client_id,
                    overlaps ? json_member(answer.response.body, "previous_secret_id") : "");
}

void Rival::end_secret(const SharedApplications::App& app) {
  if (app.previous_secret.empty()) return;
  const Asker::Answer answer =
      call("SecretRevoked", app.client_id,
           {.method = "DELETE", .path = path_of(app, "/secrets/" + app.previous_secret)});
  if (answer.done != Known::perhaps) shared_.rotated(app.client_id, "");
}

void Rival::end(const std::string& event, const SharedApplications::App& app,
                Asker::Request request) {
  const Asker::Answer answer = call(event, app.client_id, std::move(request));
  if (answer.done != Known::yes) return;
  shared_.ended(app.client_id);
  if (event == "ApplicationDeleted") shared_.gone(app.client_id);
  if (app.token.empty()) return;
  try {  // The node that said so knows it.
    const HttpResponse seen =
        answer.node->post_form("/oauth2/introspect", introspector_, {{"token", app.token}});
    if (json_member(seen.body, "active") == "true")
      wrong_.push_back(
          fmt::format("a token is active after {}: {}", history_.back().request_id, seen.body));
  } catch (const std::exception&) {
    return;  // killed, or too late
  }
}

void Rival::activate(const SharedApplications::App& app) {
  call("ClientActivated", app.client_id, {.method = "POST", .path = path_of(app, "/activate")});
}

// Half of all calls can be repeated: that they are done once is told by their key.
Asker::Answer Rival::call(const std::string& event, const std::string& client_id,
                          Asker::Request request) {
  ToldCall told{.request_id = fmt::format("call-{}-{}", number_, history_.size()), .event = event};
  if (!client_id.empty()) told.stream = "application/" + client_id;
  request.id = told.request_id;
  if (asker_.below(2) == 0) request.key = told.request_id;
  Asker::Answer answer = asker_.ask(request);
  told.asked = answer.asked;
  told.done = answer.done;
  for (int again = 0; told.done == Known::perhaps && !request.key.empty() && !ended_; ++again) {
    if (again == asked_again_max) break;
    answer = asker_.ask(request);
    // What may have been done before is not undone by a "no".
    if (answer.done == Known::yes) told.done = Known::yes;
    answer.done = told.done;
  }
  keep(std::move(told), answer);
  return answer;
}

void Rival::keep(ToldCall told, const Asker::Answer& answer) {
  const HttpResponse& said = answer.response;
  told.answered = answer.answered;
  if (told.done == Known::yes) {
    shared_.done(told.event);
    told.position = std::stoull("0" + std::string(said.header("Optare-Position")));
    if (told.stream.empty()) told.stream = "application/" + json_member(said.body, "client_id");
  }
  if (told.done == Known::no) {
    told.absent = said.status == 404 && told.event != "SecretRevoked";
    if (told.absent) shared_.gone(told.stream.substr(told.stream.find('/') + 1));
    if (said.status / 100 == 4 &&
        std::ranges::find(refused_for_a_reason, said.status) == refused_for_a_reason.end())
      wrong_.push_back(fmt::format("{}, {} of {}: {} {}", told.request_id, told.event, told.stream,
                                   said.status, said.body));
  }
  history_.push_back(std::move(told));
}

}  // namespace optare
