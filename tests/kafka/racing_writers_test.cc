// Writers in each other's way, as an operator hears of it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <thread>

#include "tests/support/alert_rules.h"
#include "tests/support/fleet.h"

namespace optare {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Scrape scrape(const ServerProcess& node) {
  // How full this machine's disk is, and how busy it is, is not what is tried.
  return Scrape(node.ops("/metrics").body)
      .with("optare_disk_free_bytes", 64.0 * (1 << 30))
      .with("optare_view_age_seconds", 0.1);
}

// Callers of four nodes ask for the same at the same time, again and again: one of them is done,
// and for the others it is so already. Each of the four may have had its commit written.
TEST(RacingWriters, RaiseTheirAlert) {
  const Fleet fleet;
  ASSERT_EQ(fleet.init().code, 0);
  std::array<ServerProcess, 4> nodes;
  for (ServerProcess& node : nodes) node.launch(fleet.flags());
  for (const ServerProcess& node : nodes)
    wait_until("all nodes to be ready", [&] { return node.ready(); });
  const ServerProcess& one = nodes.front();
  const AppSecret app = fleet.create(one, "https://api.example.com");
  const HttpHeaders headers{
      {"Authorization", "Bearer " + one.token(fleet.admin(), fleet.audience())}};
  const auto change_at = [&](const ServerProcess& node, const std::string& change) {
    const HttpResponse changed = decided([&] {
      return node.send("POST", "/api/v1/applications/" + app.client_id + change, headers);
    });
    EXPECT_EQ(changed.status, 200) << changed.body;
  };
  const auto fires_after = [&](const std::function<void(const std::string& change)>& all_change) {
    const Scrape before = scrape(one);
    for (int i = 0; i < 10; ++i)
      for (const char* change : {"/deactivate", "/activate"}) all_change(change);
    return firing(before, scrape(one));
  };
  EXPECT_THAT(fires_after([&](const std::string& change) { change_at(one, change); }), IsEmpty());
  std::set<std::string> fire;
  wait_until("more to be void than done", [&] {
    fire = fires_after([&](const std::string& change) {
      std::vector<std::jthread> callers;
      for (const ServerProcess& node : nodes)
        callers.emplace_back([&, change] { change_at(node, change); });
    });
    return !fire.empty();
  });
  EXPECT_THAT(fire, ElementsAre("OptareVoidsPerCommit"));
}

}  // namespace
}  // namespace optare
