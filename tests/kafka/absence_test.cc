// What one node has made, another knows at once (design D6): a name that is not there is looked up
// once more behind what is durable.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <functional>
#include <thread>

#include "core/log/end_questions.h"
#include "tests/support/fleet.h"

namespace optare {
namespace {

using namespace std::chrono_literals;

// Longer than it may do without a connection that answers nothing (broker_silence_max), shorter
// than a command waits for its commit.
constexpr Duration broker_late_for = 4s;

TEST(FleetAbsence, OfAnApplicationIsNeverToldOfOneThatWasMadeElsewhere) {
  constexpr int applications = 1'000;
  constexpr int at_once = 4;
  TwoNodes nodes;
  auto& [fleet, a, b] = nodes;
  const std::string api = "https://api.example.com";
  fleet.create(a, api);
  const std::string administrator = a.token(fleet.admin(), fleet.audience());
  std::atomic<int> got = 0;
  std::atomic<int> asked_again = 0;
  const double asked_before = b.metric("optare_kafka_ends_asked_total");
  const auto create_there_ask_here = [&](int count) {
    for (int i = 0; i < count; ++i) {
      const HttpResponse made = decided([&] {
        return a.send(
            "POST", "/api/v1/applications",
            {{"Authorization", "Bearer " + administrator}, {"Content-Type", "application/json"}},
            R"({"name":"Cron","type":"m2m","apis":[{"identifier":")" + api +
                R"(","scopes":["read"]}]})");
      });
      ASSERT_EQ(made.status, 201) << made.body;
      const AppSecret app{json_member(made.body, "client_id"),
                          json_member(made.body, "client_secret")};
      const auto asked = std::chrono::steady_clock::now();
      HttpResponse token = b.request_token(app, api);
      if (token.status == 503) {  // brokers did not say in time, or the machine was too busy for it
        if (std::chrono::steady_clock::now() - asked < end_question_patience) ++asked_again;
        token = b.decided_token(app, api);
      }
      ASSERT_EQ(token.status, 200) << token.body;
      ++got;
    }
  };
  std::vector<std::jthread> callers;
  for (int i = 0; i < at_once; ++i)
    callers.emplace_back(create_there_ask_here, applications / at_once);
  callers.clear();
  EXPECT_EQ(got, applications);
  EXPECT_LE(asked_again, applications / 100);
  EXPECT_GT(b.metric("optare_kafka_ends_asked_total"), asked_before) << "it was never behind";
}

// As when brokers are restarted one by one on a machine that has other work, too: for a while none
// answers. Who asks meanwhile is told when it does, as a command is done then; nobody is sent away
// before a command would be.
TEST(FleetAbsence, IsToldOnceABrokerAnswersThatWasLate) {
  KafkaBrokers brokers({.brokers = 1, .hasty = false});
  const Fleet fleet(brokers.bootstrap());
  ASSERT_EQ(fleet.init().code, 0);
  ServerProcess node;
  node.start(fleet.flags());
  const std::string nobody = "srv_0000000000000000000000";
  // A machine on which a broker is late for longer than anybody waits says nothing: once more then.
  wait_until("all to be told", [&] {
    const HttpHeaders headers{
        {"Authorization", "Bearer " + node.token(fleet.admin(), fleet.audience())}};
    brokers.pause(1);
    std::array<int, 3> told{};
    {
      const auto as = [&](int& status, const std::function<HttpResponse()>& ask) {
        return std::jthread([&status, ask] {
          const auto asked = std::chrono::steady_clock::now();
          status = ask().status;
          if (status == 503)
            EXPECT_GE(std::chrono::steady_clock::now() - asked, end_question_patience);
        });
      };
      const auto token = as(
          told[0], [&] { return node.request_token({nobody, "sk_x"}, "https://api.example.com"); });
      const auto shown =
          as(told[1], [&] { return node.send("GET", "/api/v1/applications/" + nobody, headers); });
      const auto deleted = as(
          told[2], [&] { return node.send("DELETE", "/api/v1/applications/" + nobody, headers); });
      std::this_thread::sleep_for(broker_late_for);
      brokers.resume(1);
    }
    if (std::ranges::count(told, 503) > 0) return false;
    EXPECT_THAT(told, testing::ElementsAre(401, 404, 404));
    return true;
  });
}

// Names that nobody made cost the brokers a question for many, not one each: whoever comes while
// one is under way shares the next. A broker that sleeps keeps one under way until all have come;
// it is this test's own, asleep for too short to be missed.
TEST(FleetAbsence, CannotBeUsedToMakeLoadOfIt) {
  constexpr int rounds = 5;
  constexpr int at_once = 16;
  KafkaBrokers brokers({.brokers = 1, .hasty = false});
  const Fleet fleet(brokers.bootstrap());
  ASSERT_EQ(fleet.init().code, 0);
  ServerProcess node;
  node.start(fleet.flags());
  const auto questions = [&] { return node.metric("optare_kafka_ends_asked_total"); };
  const double before = questions();
  std::atomic<int> refused = 0;
  for (int round = 0; round < rounds; ++round) {
    brokers.pause(1);
    std::atomic<int> answered = 0;
    std::vector<std::jthread> callers;
    for (int caller = 0; caller < at_once; ++caller) {
      callers.emplace_back([&, caller] {
        const std::string name = fmt::format("srv_{:022}", round * 1'000 + caller);
        const int status = node.request_token({name, "sk_x"}, "https://api.example.com").status;
        EXPECT_TRUE(status == 401 || status == 429 || status == 503) << status;
        if (status == 401) ++refused;
        ++answered;
      });
    }
    wait_until("all to have come",
               [&] { return answered + node.metric("optare_http_connections") >= at_once; });
    brokers.resume(1);
    callers.clear();
  }
  const double asked = questions() - before;
  fmt::print("{} guesses, {} of them refused, {:.0f} questions\n", rounds * at_once, refused.load(),
             asked);
  EXPECT_GE(asked, rounds) << "or nobody has looked";
  // Two a round, and some for who came late.
  EXPECT_LE(asked, rounds * at_once / 4.0);
}

}  // namespace
}  // namespace optare
