// Three nodes under load over three brokers that are hurt: what was acknowledged stays, what was
// refused is not there, and all nodes agree. How long each fault stops commits is printed.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <boost/json.hpp>
#include <deque>
#include <map>
#include <random>
#include <set>
#include <thread>

#include "tests/support/fleet.h"
#include "tests/support/raw_kafka.h"

namespace optare {
namespace {

using namespace std::chrono_literals;
using Steady = std::chrono::steady_clock;
using testing::ElementsAre;
using testing::HasSubstr;

// Longer than any fail-over here may take.
constexpr auto recovery_max = 90s;
constexpr int callers_max = 4;

enum class Known : std::uint8_t { no, yes, perhaps };

// What one caller knows of an application that nobody else touches.
struct App {
  std::string name;
  std::string client_id;
  std::string secret;  // the newest; empty: an answer with one was lost
  Known created = Known::no;
  Known deleted = Known::no;
};

// The calls of one caller, one after another, each at any of the nodes.
class Caller {
 public:
  Caller(int number, std::vector<ServerProcess*> nodes, std::string administrator)
      : number_(number),
        random_(static_cast<unsigned>(number)),
        nodes_(std::move(nodes)),
        authorization_("Bearer " + administrator) {}

  void live(const std::atomic<bool>& ended, std::atomic<int>& commits) {
    while (!ended) {
      const int before = done_;
      step();
      if (done_ > before) ++commits;
    }
  }
  const std::vector<App>& apps() const { return apps_; }
  int done() const { return done_; }
  int unknown() const { return unknown_; }

 private:
  void step() {
    const int dice = std::uniform_int_distribution<int>(0, 9)(random_);
    App* const app = any_living();
    if (app == nullptr || dice < 4) return create();
    if (dice < 6) return remove(*app);
    rotate(*app);
  }
  App* any_living() {
    std::vector<App*> living;
    for (App& app : apps_)
      if (app.created == Known::yes && app.deleted == Known::no) living.push_back(&app);
    if (living.empty()) return nullptr;
    return living[std::uniform_int_distribution<std::size_t>(0, living.size() - 1)(random_)];
  }
  // Yes: with this answer; no: surely not; perhaps: nobody knows.
  Known ask(const std::string& method, const std::string& path, const std::string& body,
            HttpResponse& answer) {
    const auto& node =
        *nodes_[std::uniform_int_distribution<std::size_t>(0, nodes_.size() - 1)(random_)];
    HttpHeaders headers{{"Authorization", authorization_}};
    if (!body.empty()) headers.emplace_back("Content-Type", "application/json");
    Known known = Known::perhaps;
    try {
      answer = node.send(method, "/api/v1" + path, headers, body);
      if (answer.status / 100 == 2) known = Known::yes;
      if (answer.status == 503 && answer.body.find("outcome-unknown") == std::string::npos)
        known = Known::no;
      if (answer.status / 100 == 4) {
        known = Known::no;
        if (answer.status != 408)  // the request took long to be read
          ADD_FAILURE() << method << " " << path << ": " << answer.status << " " << answer.body;
      }
    } catch (const std::exception&) {
      answer = {};  // killed, or too late
    }
    if (known == Known::yes) ++done_;
    if (known == Known::perhaps) ++unknown_;
    if (known != Known::yes) std::this_thread::sleep_for(20ms);
    return known;
  }
  void create() {
    HttpResponse answer;
    App app;
    app.name = fmt::format("app-{}-{}", number_, apps_.size());
    app.created = ask("POST", "/applications",
                      fmt::format(R"({{"name":"{}","type":"m2m"}})", app.name), answer);
    if (app.created == Known::yes) {
      app.client_id = json_member(answer.body, "client_id");
      app.secret = json_member(answer.body, "client_secret");
    }
    apps_.push_back(std::move(app));
  }
  void remove(App& app) {
    HttpResponse answer;
    app.deleted = ask("DELETE", "/applications/" + app.client_id, "", answer);
  }
  void rotate(App& app) {
    HttpResponse answer;
    const Known known = ask("POST", "/applications/" + app.client_id + "/rotate-secret",
                            R"({"overlap_seconds":0})", answer);
    if (known == Known::yes) app.secret = json_member(answer.body, "client_secret");
    if (known == Known::perhaps) app.secret.clear();
  }

  const int number_;
  std::mt19937 random_;
  const std::vector<ServerProcess*> nodes_;
  const std::string authorization_;
  std::vector<App> apps_;
  int done_ = 0;
  int unknown_ = 0;
};

class KafkaFaultsUnderLoad : public testing::Test {
 protected:
  KafkaFaultsUnderLoad() : fleet(brokers.bootstrap()), raw(brokers.bootstrap()) {
    const Ended made = fleet.init();
    EXPECT_EQ(made.code, 0) << made.err;
    wait_for_all_in_sync();
    for (ServerProcess* node : nodes) node->start(fleet.flags());
    admin = fleet.admin();
    administrator = a.token(admin, fleet.audience());
    for (int number = 0; number < callers_max; ++number)
      callers.emplace_back(number, nodes, administrator);
    for (Caller& caller : callers) threads.emplace_back([&] { caller.live(ended, commits); });
  }
  ~KafkaFaultsUnderLoad() override { ended = true; }

  // Commits go on, and each node gives tokens again. What each caller was just doing may have been
  // committed before the fault: one more was not.
  void wait_for_life(const std::string& after, int count = callers_max + 1) {
    const int before = commits;
    const auto begin = Steady::now();
    const auto passed = [&] {
      return std::chrono::floor<std::chrono::milliseconds>(Steady::now() - begin).count();
    };
    wait_until("commits after " + after, [&] { return commits >= before + count; }, recovery_max);
    fmt::print("{}: commits go on after {} ms, ", after, passed());
    for (ServerProcess* node : nodes) {
      if (!node->running()) continue;
      try {
        wait_until(
            "tokens after " + after,
            [&] { return node->request_token(admin, fleet.audience()).status == 200; },
            recovery_max);
      } catch (const std::exception& fault) {
        throw std::runtime_error(fault.what() + node->ops("/readyz").body);
      }
    }
    fmt::print("all nodes give tokens after {} ms\n", passed());
    std::fflush(stdout);
  }
  int leader() {
    int node = 0;
    wait_until("a leader", [&] { return (node = raw.leader(fleet.prefix + ".control")) != 0; });
    return node;
  }
  void wait_for_all_in_sync() {
    for (const char* topic : {".control", ".tokens", ".vault"}) {
      try {
        wait_until(
            "three in sync", [&] { return raw.in_sync(fleet.prefix + topic) == 3; }, recovery_max);
      } catch (const std::exception& fault) {
        throw std::runtime_error(fmt::format("{}: {} has {}\n{}", fault.what(), topic,
                                             raw.in_sync(fleet.prefix + topic),
                                             brokers.command({"status"})));
      }
    }
  }
  // The applications that a node has: their client_ids by name.
  using Applications = std::map<std::string, std::set<std::string>>;
  Applications applications_of(const ServerProcess& node) {
    Applications found;
    std::string cursor;
    do {
      const HttpResponse page = decided([&] {
        return node.send(
            "GET", "/api/v1/applications?limit=200" + (cursor.empty() ? "" : "&cursor=" + cursor),
            {{"Authorization", "Bearer " + administrator}});
      });
      if (page.status != 200) throw std::runtime_error(page.body);
      const auto value = boost::json::parse(page.body);
      for (const auto& item : value.at("items").as_array())
        found[json_member(item, "name")].insert(json_member(item, "client_id"));
      cursor = json_member(value, "next_cursor");
      if (cursor == "null") cursor.clear();
    } while (!cursor.empty());
    return found;
  }
  void expect_what_was_said() {
    ended = true;
    threads.clear();
    wait_until("all nodes to agree", [&] {
      const auto at_a = applications_of(a);
      return applications_of(b) == at_a && applications_of(c) == at_a;
    });
    Applications found = applications_of(a);
    int living = 0;
    for (const Caller& caller : callers) {
      fmt::print("{} calls were done, of {} nobody knows\n", caller.done(), caller.unknown());
      for (const App& app : caller.apps()) {
        const std::set<std::string> ids = found[app.name];
        found.erase(app.name);
        const bool there = !ids.empty();
        EXPECT_LE(ids.size(), 1U) << app.name << " was made once";
        if (there && app.created == Known::yes) EXPECT_THAT(ids, ElementsAre(app.client_id));
        if (app.created == Known::no) {
          EXPECT_FALSE(there) << app.name << " was refused";
        } else if (app.created == Known::yes && app.deleted != Known::perhaps) {
          EXPECT_EQ(there, app.deleted == Known::no) << app.name;
        }
        if (!there || app.secret.empty() || app.deleted != Known::no) continue;
        if (++living % 8 != 0) continue;  // asking for a token of every one takes long
        for (const ServerProcess* node : nodes)
          EXPECT_EQ(node->decided_token({app.client_id, app.secret}, fleet.audience()).status, 400)
              << app.name << " is known, and may ask for nothing";
      }
    }
    EXPECT_GT(living, 0);
    for (const auto& [name, ids] : found)
      EXPECT_FALSE(name.starts_with("app-")) << name << " was made by nobody";
    for (ServerProcess* node : nodes) {
      if (!node->running()) continue;
      EXPECT_EQ(node->stop(), 0);
      const Ended verified = fleet.run_beside(*node, {"replay", "--verify"});
      EXPECT_EQ(verified.code, 0) << verified.out << verified.err;
    }
  }

  KafkaBrokers brokers;
  const Fleet fleet;
  RawKafka raw;
  ServerProcess a;
  ServerProcess b;
  ServerProcess c;
  const std::vector<ServerProcess*> nodes{&a, &b, &c};
  AppSecret admin;
  std::string administrator;
  std::deque<Caller> callers;
  std::atomic<bool> ended = false;
  std::atomic<int> commits = 0;
  std::vector<std::jthread> threads;  // last: they end first
};

TEST_F(KafkaFaultsUnderLoad, LoseNothingAndInventNothing) {
  wait_for_life("the start", 50);

  b.kill();
  wait_for_life("kill -9 of a node");
  b.start(fleet.flags());

  int hurt = leader();
  brokers.kill(hurt);
  wait_for_life("kill -9 of the leader of the log");
  brokers.start(hurt);
  wait_for_all_in_sync();

  hurt = brokers.controller();
  brokers.kill(hurt);
  wait_for_life("kill -9 of the controller");
  brokers.start(hurt);
  wait_for_all_in_sync();

  hurt = leader();
  brokers.pause(hurt);
  wait_for_life("a pause of the leader");
  brokers.resume(hurt);
  wait_for_all_in_sync();

  c.process().signal(SIGSTOP);
  std::this_thread::sleep_for(3s);
  c.process().signal(SIGCONT);
  wait_for_life("a pause of a node");

  brokers.stop_all();
  brokers.start_all();
  wait_for_life("a restart of all brokers", 20);
  expect_what_was_said();
}

// What nobody has made is told so, whoever leads the log.
TEST_F(KafkaFaultsUnderLoad, AbsencesAreToldAfterAFailOver) {
  ended = true;
  threads.clear();
  const auto told = [&](const std::string& after) {
    for (ServerProcess* node : nodes)
      wait_until("an absence to be told after " + after, [&] {
        return node->request_token(admin, "https://nothing.example.com").status == 400;
      });
  };
  told("the start");
  const int hurt = leader();
  brokers.kill(hurt);
  told("the leader was killed");
  brokers.start(hurt);
  wait_for_all_in_sync();
  told("it is back");
}

// One of three is left: nothing can be written, and what is there can be read.
TEST_F(KafkaFaultsUnderLoad, OneBrokerOfThreeTakesNoWritesAndNodesReadOn) {
  wait_for_life("the start", 20);
  brokers.kill(1);
  brokers.kill(2);
  HttpResponse refused;
  wait_until("a write to be refused", [&] {
    refused =
        a.send("POST", "/api/v1/applications",
               {{"Authorization", "Bearer " + administrator}, {"Content-Type", "application/json"}},
               R"({"name":"in vain","type":"m2m"})");
    return refused.status == 503;
  });
  EXPECT_THAT(refused.body, HasSubstr("\"detail\""));
  wait_until(
      "/readyz to say why",
      [&] { return a.ops("/readyz").body.find("nothing has proven") != std::string::npos; },
      recovery_max);
  // Too old to be told: closed rather than wrong.
  wait_until(
      "tokens to be refused",
      [&] { return a.request_token(admin, fleet.audience()).status == 503; }, recovery_max);
  const HttpResponse read = decided([&] {
    return a.send("GET", "/api/v1/applications?limit=1",
                  {{"Authorization", "Bearer " + administrator}});
  });
  EXPECT_EQ(read.status, 200) << read.body;
  EXPECT_GE(std::stoi("0" + std::string(read.header("Optare-View-Age"))), 10) << "seconds";
  brokers.start(1);
  brokers.start(2);
  wait_for_life("two of three brokers were killed");
  expect_what_was_said();
}

// Stopped for longer than a view may be old, with requests waiting: they are answered from nothing
// that is older.
TEST(FleetFreshness, OfANodeThatSlept) {
  TwoNodes nodes;
  auto& [fleet, a, b] = nodes;
  const AppSecret app = fleet.create(a, "https://api.example.com");
  const std::string token = b.token(app, "https://api.example.com");
  ASSERT_TRUE(b.active(app, token));
  b.http.answer_time_max = 90s;  // it sleeps for some of it
  b.process().signal(SIGSTOP);
  EXPECT_EQ(fleet.call(a, "DELETE", "/applications/" + app.client_id).status, 200);
  // Their connections wait in the kernel: they meet the node as it wakes up.
  std::vector<std::jthread> waiting;
  for (int i = 0; i < 8; ++i) {
    waiting.emplace_back([&] {
      for (int n = 0; n < 20; ++n)
        EXPECT_NE(b.request_token(app, "https://api.example.com").status, 200);
    });
  }
  std::this_thread::sleep_for(16s);
  b.process().signal(SIGCONT);
  waiting.clear();
  wait_until("it to know",
             [&] { return b.request_token(app, "https://api.example.com").status == 401; });
}

}  // namespace
}  // namespace optare
