#include "tests/support/deaf_node.h"

#include <fmt/format.h>

namespace optare {
namespace {

using namespace std::chrono_literals;

constexpr Duration max_staleness = 15s;  // the default of the setting
// For so long after that nothing may open again.
constexpr Duration watched_longer = 3s;
constexpr int age_told_min = 10;  // of what is read then
constexpr const char* fault_told = "a cut of the leader with a node";

// Asks c, again and again, about what was decided where it cannot hear of it.
class Questions {
 public:
  Questions(FleetUnderLoad& load, std::string api, AppSecret gone, std::string its_token,
            AppSecret made)
      : load_(load),
        api_(std::move(api)),
        gone_(std::move(gone)),
        token_(std::move(its_token)),
        made_(std::move(made)) {}

  // From `deleted_at` on until it must be closed and a little longer; how long until it was.
  Duration ask(Steady::time_point deleted_at) {
    const auto limit = deleted_at + max_staleness;
    std::optional<Steady::time_point> told_at;
    std::jthread absences([&] {
      while (Steady::now() < limit + watched_longer) ask_for_the_made_one();
    });
    for (auto now = Steady::now(); now < limit + watched_longer; now = Steady::now()) {
      if (tells_the_gone_one()) {
        told_at = Steady::now();
        if (now > limit) say("a deleted application is told as alive after the limit");
      }
      if (now > limit)
        if (const std::string told = not_closed(load_, load_.c); !told.empty())
          say("the cut node answers after the limit: " + told);
      std::this_thread::sleep_for(20ms);
    }
    absences.join();
    for (std::string& each : wrong_) load_.wrong.push_back(std::move(each));
    return std::chrono::floor<Duration>(told_at.value_or(deleted_at) - deleted_at);
  }

 private:
  bool tells_the_gone_one() {
    const HttpResponse seen =
        load_.c.post_form("/oauth2/introspect", load_.admin, {{"token", token_}});
    const bool active = seen.status == 200 && json_member(seen.body, "active") == "true";
    return load_.c.request_token(gone_, api_).status == 200 || active;
  }
  void ask_for_the_made_one() {
    const HttpResponse token = load_.c.request_token(made_, api_);
    if (token.status == 401) say("an application that is there is told as unknown: " + token.body);
    const HttpResponse read = load_.c.send("GET", "/api/v1/applications/" + made_.client_id,
                                           {{"Authorization", "Bearer " + load_.administrator}});
    if (read.status == 404) say("an application that is there is told as absent: " + read.body);
    std::this_thread::sleep_for(20ms);
  }
  void say(std::string what) {
    const std::scoped_lock lock(mutex_);
    if (wrong_.size() < 10) wrong_.push_back(std::move(what));
  }

  FleetUnderLoad& load_;
  const std::string api_;
  const AppSecret gone_;
  const std::string token_;
  const AppSecret made_;
  std::mutex mutex_;
  std::vector<std::string> wrong_;
};

}  // namespace

Measures cut_leader_with_node(FleetUnderLoad& load, Duration) {
  const std::string api = "https://" + kafka_prefix() + ".example.com";
  const HttpResponse made_api = load.insist(
      "POST", "/apis",
      fmt::format(R"({{"identifier":"{}","name":"An API","scopes":[{{"name":"read"}}]}})", api));
  load.insist("PUT",
              fmt::format("/apis/{}/introspectors/{}", json_member(made_api.body, "api_id"),
                          load.admin.client_id),
              "");
  const auto create = [&] {
    const std::string body = fmt::format(
        R"({{"name":"Cron","type":"m2m","apis":[{{"identifier":"{}","scopes":["read"]}}]}})", api);
    const HttpResponse made = load.insist("POST", "/applications", body);
    return AppSecret{json_member(made.body, "client_id"), json_member(made.body, "client_secret")};
  };
  const AppSecret gone = create();
  HttpResponse token;
  wait_until("a token before the cut", [&] {
    token = load.c.request_token(gone, api);
    return token.status == 200 &&
           load.c.active(load.admin, json_member(token.body, "access_token"));
  });

  const int broker = load.leader();
  load.brokers.cut(0, load.others(broker));
  load.brokers.cut(broker, load.others(broker));
  Measures measures{{"next commit", load.next_commit(fault_told, Steady::now())}};
  load.insist("DELETE", "/applications/" + gone.client_id, "");
  const auto deleted_at = Steady::now();
  const AppSecret made = create();
  Questions questions(load, api, gone, json_member(token.body, "access_token"), made);
  measures.emplace_back("deletion closed", questions.ask(deleted_at));
  const HttpResponse read = decided([&] {
    return load.c.send("GET", "/api/v1/applications?limit=1",
                       {{"Authorization", "Bearer " + load.administrator}});
  });
  if (read.status != 200) load.wrong.push_back("the cut node reads nothing: " + read.body);
  if (const std::string age(read.header("Optare-View-Age")); std::stoi("0" + age) < age_told_min)
    load.wrong.push_back("the cut node says that it is " + age + " s old");

  if (const std::string told = not_closed(load, load.c); !told.empty())
    load.wrong.push_back("the cut node answers before the heal: " + told);
  load.brokers.heal();
  const auto healed_at = Steady::now();
  measures.emplace_back("tokens at all", load.tokens_at(load.nodes, "the heal", healed_at));
  wait_until(
      "the node to know what was decided",
      [&] {
        return load.c.request_token(gone, api).status == 401 &&
               load.c.request_token(made, api).status == 200;
      },
      recovery_max);
  load.wait_for_all_in_sync();
  return measures;
}

}  // namespace optare
