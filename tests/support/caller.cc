#include "tests/support/caller.h"

#include <fmt/format.h>

#include <thread>

namespace optare {
namespace {

using namespace std::chrono_literals;

// After an answer that says no: whoever asks again at once is no load, but a storm.
constexpr auto pause_after_no = 20ms;

void count(CallLog::Outcomes& outcomes, Known done) {
  ++(done == Known::yes ? outcomes.done : done == Known::no ? outcomes.refused : outcomes.unknown);
}

}  // namespace

void CallLog::add(const Call& call) {
  const std::scoped_lock lock(mutex_);
  calls_.push_back(call);
}

std::optional<Steady::time_point> CallLog::first_done_after(Steady::time_point moment,
                                                            const ServerProcess* node) const {
  const std::scoped_lock lock(mutex_);
  std::optional<Steady::time_point> first;
  for (auto call = calls_.rbegin(); call != calls_.rend() && call->answered > moment; ++call) {
    if (call->done != Known::yes || call->asked < moment) continue;
    if (node == nullptr || call->node == node)
      first = std::min(first.value_or(call->answered), call->answered);
  }
  return first;
}

CallLog::Outcomes CallLog::of_those_at(Steady::time_point moment, const ServerProcess* node) const {
  const std::scoped_lock lock(mutex_);
  Outcomes outcomes;
  for (auto call = calls_.rbegin(); call != calls_.rend() && call->answered > moment; ++call)
    if (call->asked < moment && call->node == node) count(outcomes, call->done);
  return outcomes;
}

CallLog::Outcomes CallLog::all() const {
  const std::scoped_lock lock(mutex_);
  Outcomes outcomes;
  for (const Call& call : calls_) count(outcomes, call.done);
  return outcomes;
}

Caller::Caller(int number, std::vector<const ServerProcess*> nodes, std::string administrator,
               CallLog& log)
    : number_(number),
      random_(static_cast<unsigned>(number)),
      nodes_(std::move(nodes)),
      authorization_("Bearer " + std::move(administrator)),
      log_(log) {}

void Caller::live(const std::atomic<bool>& ended) {
  while (!ended) step();
}

void Caller::step() {
  const std::size_t dice = below(10);
  if (lost_ != nullptr && dice < 5) return make(*lost_);
  App* const app = any_living();
  if (app == nullptr || dice < 4) return create();
  if (dice < 6) return remove(*app);
  rotate(*app);
}

std::size_t Caller::below(std::size_t count) {
  return std::uniform_int_distribution<std::size_t>(0, count - 1)(random_);
}

Caller::App* Caller::any_living() {
  std::vector<App*> living;
  for (App& app : apps_)
    if (app.created == Known::yes && app.deleted == Known::no) living.push_back(&app);
  return living.empty() ? nullptr : living[below(living.size())];
}

Known Caller::judge(const HttpResponse& answer, const std::string& call) {
  if (answer.status / 100 == 2) return Known::yes;
  if (answer.status / 100 == 4 && answer.body.find("idempotency-in-flight") == std::string::npos) {
    if (answer.status != 408)  // the request took long to be read
      wrong_.push_back(fmt::format("{}: {} {}", call, answer.status, answer.body));
    return Known::no;
  }
  return answer.status == 503 && answer.body.find("outcome-unknown") == std::string::npos
             ? Known::no
             : Known::perhaps;
}

Known Caller::ask(const std::string& method, const std::string& path, const std::string& body,
                  const std::string& key, HttpResponse& answer) {
  const ServerProcess& node = *nodes_[below(nodes_.size())];
  HttpHeaders headers{{"Authorization", authorization_}};
  if (!body.empty()) headers.emplace_back("Content-Type", "application/json");
  if (!key.empty()) headers.emplace_back("Idempotency-Key", key);
  CallLog::Call call{.asked = Steady::now(), .answered = {}, .node = &node, .done = Known::perhaps};
  try {
    answer = node.send(method, "/api/v1" + path, headers, body);
    call.done = judge(answer, method + " " + path);
  } catch (const std::exception&) {
    answer = {};  // killed, or too late
  }
  call.answered = Steady::now();
  // What was done before is no sign that anything can be done now.
  if (answer.header("Idempotency-Replayed").empty()) log_.add(call);
  if (call.done != Known::yes) std::this_thread::sleep_for(pause_after_no);
  return call.done;
}

void Caller::create() {
  App& app = apps_.emplace_back();
  app.name = fmt::format("app-{}-{}", number_, apps_.size());
  app.key = fmt::format("key-{}-{}", number_, apps_.size());
  make(app);
}

// What was asked before under the same key was done once, or not at all: "no" is no news of it.
void Caller::make(App& app) {
  HttpResponse answer;
  const bool again = lost_ == &app;
  const Known made = ask("POST", "/applications",
                         fmt::format(R"({{"name":"{}","type":"m2m"}})", app.name), app.key, answer);
  if (made != Known::no || !again) app.created = made;
  if (made == Known::perhaps && lost_ == nullptr) lost_ = &app;
  if (made != Known::yes) return;
  if (again) lost_ = nullptr;
  app.client_id = json_member(answer.body, "client_id");
  app.secret = json_member(answer.body, "client_secret");  // a repeated answer has none
}

void Caller::remove(App& app) {
  HttpResponse answer;
  app.deleted = ask("DELETE", "/applications/" + app.client_id, "", "", answer);
}

void Caller::rotate(App& app) {
  HttpResponse answer;
  const Known known = ask("POST", "/applications/" + app.client_id + "/rotate-secret",
                          R"({"overlap_seconds":0})", "", answer);
  if (known == Known::yes) app.secret = json_member(answer.body, "client_secret");
  if (known == Known::perhaps) app.secret.clear();
}

}  // namespace optare
