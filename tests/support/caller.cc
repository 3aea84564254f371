#include "tests/support/caller.h"

#include <fmt/format.h>

namespace optare {

void LoadCaller::live(const std::atomic<bool>& ended) {
  while (!ended) step();
}

void LoadCaller::step() {
  const std::size_t dice = asker_.below(10);
  if (lost_ != nullptr && dice < 5) return make(*lost_);
  App* const app = any_living();
  if (app == nullptr || dice < 4) return create();
  if (dice < 6) return remove(*app);
  rotate(*app);
}

LoadCaller::App* LoadCaller::any_living() {
  std::vector<App*> living;
  for (App& app : apps_)
    if (app.created == Known::yes && app.deleted == Known::no) living.push_back(&app);
  return living.empty() ? nullptr : living[asker_.below(living.size())];
}

// Nobody else touches what it asks about: there is no reason to refuse it.
Asker::Answer LoadCaller::ask(const Asker::Request& request) {
  Asker::Answer answer = asker_.ask(request);
  const HttpResponse& said = answer.response;
  if (answer.done == Known::no && said.status / 100 == 4 &&
      said.status != 408)  // the request took long to be read
    wrong_.push_back(
        fmt::format("{} {}: {} {}", request.method, request.path, said.status, said.body));
  return answer;
}

void LoadCaller::create() {
  App& app = apps_.emplace_back();
  app.name = fmt::format("app-{}-{}", number_, apps_.size());
  app.key = fmt::format("key-{}-{}", number_, apps_.size());
  make(app);
}

// What was asked before under the same key was done once, or not at all: "no" is no news of it.
void LoadCaller::make(App& app) {
  const bool again = lost_ == &app;
  const Asker::Answer answer =
      ask({.method = "POST",
           .path = "/applications",
           .body = fmt::format(R"({{"name":"{}","type":"m2m"}})", app.name),
           .key = app.key});
  if (answer.done != Known::no || !again) app.created = answer.done;
  if (answer.done == Known::perhaps && lost_ == nullptr) lost_ = &app;
  if (answer.done != Known::yes) return;
  if (again) lost_ = nullptr;
  app.client_id = json_member(answer.response.body, "client_id");
  // A repeated answer has none.
  app.secret = json_member(answer.response.body, "client_secret");
}

void LoadCaller::remove(App& app) {
  app.deleted = ask({.method = "DELETE", .path = "/applications/" + app.client_id}).done;
}

void LoadCaller::rotate(App& app) {
  const Asker::Answer answer = ask({.method = "POST",
                                    .path = "/applications/" + app.client_id + "/rotate-secret",
                                    .body = R"({"overlap_seconds":0})"});
  if (answer.done == Known::yes) app.secret = json_member(answer.response.body, "client_secret");
  if (answer.done == Known::perhaps) app.secret.clear();
}

}  // namespace optare
