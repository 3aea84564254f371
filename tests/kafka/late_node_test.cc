// A node that is late: it hears everything at once and applies it seconds later, since the disk
// beneath its view is slow, or it slept. It tells nothing that is older than the limit, and says
// how old what it still tells is (design D11).
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <atomic>
#include <csignal>
#include <fstream>
#include <thread>

#include "tests/support/fleet.h"

namespace optare {
namespace {

using namespace std::chrono_literals;
using Steady = std::chrono::steady_clock;

constexpr Duration max_staleness = 3s;
// Its view is older than the limit while a write goes on: the first as long as it takes to ask it
// so often, however busy this machine is.
constexpr Duration first_write_takes = 10min;
constexpr int asked_late_min = 10;
constexpr Duration write_takes = 2s;
const std::string api = "https://api.example.com";

class FleetOfOneLate : public testing::Test {
 protected:
  FleetOfOneLate() {
    const Ended made = fleet.init();
    EXPECT_EQ(made.code, 0) << made.err;
    a.start(fleet.flags());
    b.place.within = {"env", "LD_PRELOAD=" OPTARE_SLOW_WRITES,
                      "SLOW_WRITES_TO=" + (b.data() / "view/").string(),
                      "SLOW_WRITES_MS=" + slowness.string()};
    Fleet::Flags flags = fleet.flags();
    flags.insert(flags.end(), {"--max-staleness", fmt::format("{}ms", max_staleness.count())});
    b.start(flags);
    administrator = {"Authorization", "Bearer " + a.token(fleet.admin(), fleet.audience())};
    gone = fleet.create(a, api, fleet.admin().client_id);
    wait_until("the node to know it", [&] { return b.request_token(gone, api).status == 200; });
    token_of_gone = b.token(gone, api);
    EXPECT_TRUE(b.active(fleet.admin(), token_of_gone));
    token = b.token(fleet.admin(), fleet.audience());
  }
  // Each write to its view takes long, until it is well again.
  void hurt(Duration each = first_write_takes) const {
    std::ofstream(slowness) << each.count() << std::flush;
  }
  void mend() const { std::filesystem::remove(slowness); }
  HttpResponse introspect(const std::string& asked) const {
    return b.post_form("/oauth2/introspect", fleet.admin(), {{"token", asked}});
  }
  bool tells_gone() const {
    return b.request_token(gone, api).status == 200 ||
           json_member(introspect(token_of_gone).body, "active") == "true";
  }
  HttpResponse read(const ServerProcess& node) const {
    return decided(
        [&] { return node.send("GET", "/api/v1/applications?limit=1", {administrator}); });
  }
  static std::uint64_t position_of(const HttpResponse& answer) {
    return std::stoull(std::string(answer.header("Optare-Position")));
  }
  // In seconds; 0: it is fresh.
  static std::int64_t age_of(const HttpResponse& answer) {
    return std::stoll("0" + std::string(answer.header("Optare-View-Age")));
  }

  void delete_the_one() {
    const HttpResponse deleted = fleet.call(a, "DELETE", "/applications/" + gone.client_id);
    EXPECT_EQ(deleted.status, 200) << deleted.body;
    deletion = position_of(deleted);
    deleted_at = Steady::now();
  }
  // Asks it once. `late`: it answers when its view is older than the limit, as long as it does not
  // know of the deletion; whether it does not.
  bool expect_honesty(bool late) const {
    const auto now = Steady::now();
    const bool told = tells_gone();
    if (late) EXPECT_FALSE(told) << "a deleted application is told as alive after the limit";
    const auto age = age_of(read(b));
    const std::vector<HttpResponse> closed{b.request_token(fleet.admin(), fleet.audience()),
                                           introspect(token)};
    const bool behind = position_of(read(b)) < deletion;  // and was when it gave those answers
    if (!behind || !late) return behind;
    // What it lacks was there at `deleted_at`: it is no younger than that.
    EXPECT_GE(age, (now - deleted_at) / 1s);
    for (const HttpResponse& answer : closed) EXPECT_EQ(answer.status, 503) << answer.body;
    return behind;
  }
  void expect_honesty_until_it_knows() const {
    int asked = 0;
    const auto began = Steady::now();
    for (bool behind = true; behind;) {
      const auto now = Steady::now();
      ASSERT_LT(now - began, patience_default) << "it applies nothing";
      const bool late = now - deleted_at > max_staleness;
      behind = expect_honesty(late);
      if (behind && late && ++asked == asked_late_min) hurt(write_takes);
      std::this_thread::sleep_for(20ms);
    }
    EXPECT_GE(asked, asked_late_min) << "it was not late";
    for (const char* route : {"/oauth2/token", "/oauth2/introspect"}) {
      EXPECT_GT(b.metric("optare_fail_closed_answers_total",
                         fmt::format(R"(route="{}",reason="not-fresh")", route)),
                0);
    }
  }
  void expect_all_well() {
    wait_until("it to be fresh", [&] { return age_of(read(b)) == 0; });
    wait_until("tokens",
               [&] { return b.request_token(fleet.admin(), fleet.audience()).status == 200; });
    wait_until("it to know", [&] { return b.request_token(gone, api).status == 401; });
    EXPECT_FALSE(b.active(fleet.admin(), token_of_gone));
    EXPECT_TRUE(b.active(fleet.admin(), token));
    const std::uint64_t all = position_of(read(a));
    wait_until("all to be applied", [&] { return position_of(read(b)) >= all; });
  }

  const Fleet fleet;
  ServerProcess a;
  ServerProcess b;
  const std::filesystem::path slowness = b.folder() / "slowness";
  std::pair<std::string, std::string> administrator;
  AppSecret gone;
  std::string token_of_gone;
  std::string token;  // of who stays
  std::uint64_t deletion = 0;
  Steady::time_point deleted_at;
};

TEST_F(FleetOfOneLate, WhoseDiskIsSlow) {
  hurt();
  std::atomic<int> done = 0;
  std::jthread loading([&](const std::stop_token& ended) {
    for (int i = 0; !ended.stop_requested(); ++i) {
      const HttpResponse answer = a.send(
          "POST", "/api/v1/applications", {administrator, {"Content-Type", "application/json"}},
          fmt::format(R"({{"name":"Application {}","type":"m2m"}})", i));
      if (answer.status == 201) ++done;
    }
  });
  wait_until("the load", [&] { return done > 0; });
  delete_the_one();
  expect_honesty_until_it_knows();
  mend();
  expect_all_well();  // under the same load
}

// With requests waiting: they are the first that it answers.
TEST_F(FleetOfOneLate, WhichSlept) {
  b.http.answer_time_max = 90s;  // it sleeps for some of it
  b.process().signal(SIGSTOP);
  delete_the_one();
  hurt();  // it cannot catch up at once
  // Their connections wait in the kernel.
  std::vector<std::jthread> waiting;
  for (int i = 0; i < 8; ++i) waiting.emplace_back([&] { expect_honesty(true); });
  std::this_thread::sleep_until(deleted_at + max_staleness + 1s);
  b.process().signal(SIGCONT);
  expect_honesty_until_it_knows();
  waiting.clear();
  mend();
  expect_all_well();
}

}  // namespace
}  // namespace optare
