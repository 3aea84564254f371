// kill -9 at random moments under load: what was acknowledged is there, once, and what was deleted
// stays deleted. OPTARE_SEED repeats the choices (not the moments, which are the machine's).
#include <gtest/gtest.h>

#include <set>
#include <thread>

#include "tests/support/life_under_load.h"
#include "tests/support/server_process.h"

namespace optare {
namespace {

using namespace std::chrono_literals;

constexpr int kills_under_load = 50;
constexpr int kills_while_starting = 10;
constexpr int threads = 4;
constexpr std::uint32_t load_ms_max = 300;
constexpr std::uint32_t start_ms_max = 60;

// Every line of an export of issuance, by jti.
std::multiset<std::string> exported_ids(const ServerProcess& server) {
  const Ended lines =
      run(optare_program({"events", "export", "--issuance", "--data", server.data()}));
  EXPECT_EQ(lines.code, 0) << lines.err;
  std::multiset<std::string> ids;
  std::istringstream text(lines.out);
  for (std::string line; std::getline(text, line);) ids.insert(json_member(line, "jti"));
  return ids;
}

// What happened to each application, as "type subject": each must stand there once.
std::multiset<std::string> facts_of(ServerProcess& server) {
  std::multiset<std::string> facts;
  for (std::string after = "0";;) {
    const HttpResponse page = server.admin_call("GET", "/events?limit=200&after=" + after);
    EXPECT_EQ(page.status, 200) << page.body;
    const auto body = boost::json::parse(page.body);
    if (body.at("items").as_array().empty()) return facts;
    for (const auto& item : body.at("items").as_array()) {
      facts.insert(json_member(item, "type") + " " + json_member(item, "stream"));
      if (const auto secret = json_member(item.at("data"), "secret_id"); !secret.empty())
        facts.insert(json_member(item, "type") + " " + secret);
    }
    after = json_member(body, "next_cursor");
  }
}

std::multiset<std::string> living_names(ServerProcess& server) {
  std::multiset<std::string> names;
  for (std::string cursor;;) {
    const HttpResponse page =
        server.admin_call("GET", "/applications?limit=200" +
                                     (cursor.empty() ? "" : "&cursor=" + percent_encoded(cursor)));
    const auto body = boost::json::parse(page.body);
    for (const auto& item : body.at("items").as_array()) names.insert(json_member(item, "name"));
    if (body.at("next_cursor").is_null()) return names;
    cursor = json_member(body, "next_cursor");
  }
}

struct EndOfPlan {
  LifeUnderLoad::Plan& plan;
  ~EndOfPlan() { plan.end(); }
};

class Kill : public ::testing::Test {
 protected:
  Kill() {
    std::cout << "seed " << seed << " (OPTARE_SEED=" << seed << " repeats it)" << std::endl;
    server.start();
    const std::string jwt = server.create_api("https://jwt.example.com");
    const std::string opaque = server.create_api("https://opaque.example.com", "opaque");
    plan.watcher = server.create_application("Watcher", "https://jwt.example.com");
    for (const std::string& api : {jwt, opaque}) {
      const HttpResponse allowed =
          server.admin_call("PUT", "/apis/" + api + "/introspectors/" + plan.watcher.client_id);
      EXPECT_TRUE(allowed.ok()) << allowed.body;
    }
    plan.port = server.port();
    plan.admin_token = server.token(server.admin(), server.url() + "/api/v1");
    for (int i = 0; i < threads; ++i)
      lives.push_back(std::make_unique<LifeUnderLoad>(plan, i, seed + static_cast<unsigned>(i)));
  }
  std::uint32_t up_to(std::uint32_t max) {
    return std::uniform_int_distribution<std::uint32_t>(0, max)(random);
  }
  void kill_while_it_starts() {
    server.launch();
    std::this_thread::sleep_for(std::chrono::milliseconds(up_to(start_ms_max)));
    server.kill();
  }
  void expect_all_that_was_acknowledged() {
    std::multiset<std::string> names{"Administrator", "Watcher"};
    std::set<std::string> ids;
    for (const auto& life : lives) life->verify_all();
    const std::multiset<std::string> facts = facts_of(server);
    for (const auto& life : lives) {
      names.merge(life->living());
      ids.insert(life->issued().begin(), life->issued().end());
      for (const std::string& fact : life->facts()) EXPECT_EQ(facts.count(fact), 1U) << fact;
    }
    EXPECT_EQ(living_names(server), names);
    EXPECT_EQ(server.stop(), 0);
    const Ended verified = run(optare_program({"replay", "--verify", "--data", server.data()}));
    EXPECT_EQ(verified.code, 0) << verified.out << verified.err;
    const std::multiset<std::string> exported = exported_ids(server);
    EXPECT_GT(ids.size(), 0U);
    for (const std::string& id : ids) EXPECT_EQ(exported.count(id), 1U) << "token " << id;
    for (const std::string& id : exported) EXPECT_EQ(exported.count(id), 1U) << "token " << id;
  }

  const unsigned seed = LifeUnderLoad::seed();
  std::mt19937 random{seed};
  ServerProcess server;
  LifeUnderLoad::Plan plan;
  std::vector<std::unique_ptr<LifeUnderLoad>> lives;
};

TEST_F(Kill, LosesNothingThatWasAcknowledgedAndRepeatsNothing) {
  std::vector<std::jthread> running;
  const EndOfPlan end{plan};  // should the server not come back
  for (const auto& life : lives) running.emplace_back([&life] { life->live(); });
  for (int kill = 0; kill < kills_under_load && !HasFailure(); ++kill) {
    plan.open();
    std::this_thread::sleep_for(std::chrono::milliseconds(up_to(load_ms_max)));
    plan.close();
    server.kill();
    if (kill % (kills_under_load / kills_while_starting) == 0) kill_while_it_starts();
    server.start();
  }
  plan.end();
  running.clear();
  expect_all_that_was_acknowledged();
  std::uint64_t answers = 0;
  std::uint64_t repeated = 0;
  for (const auto& life : lives) {
    answers += life->answers();
    repeated += life->repeated();
  }
  std::cout << answers << " answers, " << repeated << " requests repeated after a kill\n";
  EXPECT_GT(repeated, 0U) << "no kill ever met a request";
}

// The folder's first moments: whatever was made before the kill, the next start ends it.
TEST(KillAtTheFirstStart, IsRepairedByStartingAgain) {
  std::mt19937 random(LifeUnderLoad::seed());
  for (int folder = 0; folder < 10; ++folder) {
    ServerProcess server;
    for (int kill = 0; kill < 2; ++kill) {
      server.launch();
      std::this_thread::sleep_for(
          std::chrono::milliseconds(std::uniform_int_distribution<int>(0, start_ms_max)(random)));
      server.kill();
    }
    server.start();
    EXPECT_NE(server.token(server.admin(), server.url() + "/api/v1"), "");
    EXPECT_EQ(server.stop(), 0);
    EXPECT_EQ(run(optare_program({"replay", "--verify", "--data", server.data()})).code, 0);
  }
}

}  // namespace
}  // namespace optare
