// A disk that is full: a clear refusal, reads go on, and no damage once there is room.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "tests/support/alert_rules.h"
#include "tests/support/lives.h"
#include "tests/support/server_process.h"
#include "tests/support/small_disk.h"

namespace optare {
namespace {

namespace json = boost::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr std::uint64_t disk_mib = 64;
constexpr std::uint64_t reserve_mib = 8;
constexpr std::uint64_t large_disk_mib = 3 << 10;  // nobody fills it
constexpr std::uint64_t big_apis_max = 2'000;      // 60 KiB each, in log and view: never that many
constexpr int scopes_of_a_big_api = 100;

// 25 KiB of text: it fills what RocksDB has taken from the disk in advance.
std::string big_api(const std::string& identifier) {
  json::array scopes;
  for (int i = 0; i < scopes_of_a_big_api; ++i) {
    scopes.push_back(
        json::object{{"name", fmt::format("scope:{}:{}", i, std::string(40, 'n'))},
                     {"description", std::string(190, static_cast<char>('a' + i % 26))}});
  }
  return json::serialize(
      json::object{{"identifier", identifier}, {"name", "A big API"}, {"scopes", scopes}});
}

class FullDisk : public ::testing::Test {
 protected:
  void start(const std::string& reserve) { server.start({"--disk-reserve-mib", reserve}); }

  // Whether a change was taken; it is done, refused or unknown.
  bool change() {
    const HttpResponse answer = server.admin_call(
        "POST", "/apis", big_api(fmt::format("https://big.example.com/{}", ++big_apis_)));
    if (answer.status == 201) acknowledged.push_back(json_member(answer.body, "api_id"));
    if (answer.status == 201) return true;
    EXPECT_EQ(answer.status, 503) << answer.body;
    ++refusals[json_member(answer.body, "type")];
    return false;
  }
  // Fills the disk, and what the stores took from it in advance, until no change is taken. A store
  // that opens its files again gives some room back.
  void fill_until_refused() {
    int refused = 0;
    for (std::uint64_t i = 0; refused < 5; ++i) {
      if (i == big_apis_max) throw std::runtime_error("the disk did not fill up");
      disk.fill();
      refused = change() ? 0 : refused + 1;
    }
  }
  void wait_until_changes_are_taken() {
    wait_until("changes to be taken again", [&] { return change(); });
  }
  // A busy machine sheds some: those are asked again.
  HttpResponse read(const std::string& path) {
    return decided([&] { return server.admin_call("GET", path); });
  }
  // From the log, all of it: what was long ago does not lie in memory.
  std::size_t events() {
    std::size_t count = 0;
    for (std::string after = "0";;) {
      const HttpResponse page = read("/events?limit=200&after=" + after);
      EXPECT_EQ(page.status, 200) << page.body;
      const auto items = json::parse(page.body).at("items").as_array();
      if (items.empty()) return count;
      count += items.size();
      after = json_member(page.body, "next_cursor");
    }
  }
  void expect_all_that_was_acknowledged() {
    for (const std::string& api : acknowledged) EXPECT_EQ(read("/apis/" + api).status, 200) << api;
    EXPECT_GE(events(), acknowledged.size());
  }
  std::set<std::string> alerts() {
    // How busy this machine is, is not what is tried.
    return firing(Scrape(server.ops("/metrics").body).with("optare_view_age_seconds", 0.1));
  }
  void expect_a_sound_folder() {
    EXPECT_EQ(server.stop(), 0) << server.said();
    const Ended verified = run(optare_program({"replay", "--verify", "--data", server.data()}));
    EXPECT_EQ(verified.code, 0) << verified.out << verified.err;
  }

  TemporaryDirectory folder;
  SmallDisk disk{folder / "disk", disk_mib};
  ServerProcess server{disk.folder() / "data"};
  std::vector<std::string> acknowledged;  // ids of APIs
  std::map<std::string, int> refusals;    // by type of problem

 private:
  std::uint64_t big_apis_ = 0;
};

void expect_refused_for_room(const HttpResponse& answer) {
  EXPECT_EQ(answer.status, 503) << answer.body;
  EXPECT_EQ(json_member(answer.body, "type"), "urn:optare:problem:disk-full") << answer.body;
  EXPECT_THAT(json_member(answer.body, "detail"), HasSubstr("Make room")) << answer.body;
}

TEST_F(FullDisk, RefusesWritesAtTheReserveReadsOnAndGoesOnWithRoom) {
  start(std::to_string(reserve_mib));
  server.create_api("https://orders.example.com");
  const AppSecret app = server.create_application("Cron", "https://orders.example.com");
  const std::string token = server.token(app, "https://orders.example.com");
  disk.fill((reserve_mib - 1) << 20U);

  expect_refused_for_room(
      server.admin_call("POST", "/applications", R"({"name":"Late","type":"m2m"})"));
  expect_refused_for_room(server.admin_call("DELETE", "/applications/" + app.client_id));
  expect_refused_for_room(server.admin_call("POST", "/keys/rotate", R"({"alg":"ES256"})"));
  const HttpResponse refused = server.request_token(app, "https://orders.example.com");
  EXPECT_EQ(refused.status, 503) << refused.body;
  EXPECT_EQ(json_member(refused.body, "error"), "temporarily_unavailable");
  EXPECT_THAT(json_member(refused.body, "error_description"), HasSubstr("disk is full"));

  EXPECT_TRUE(server.active(app, token)) << "nothing was deleted";
  EXPECT_EQ(server.admin_call("GET", "/applications/" + app.client_id).status, 200);
  EXPECT_GT(events(), 2U);
  const HttpResponse ready = server.ops("/readyz");
  EXPECT_EQ(ready.status, 200) << "reads may come";
  EXPECT_EQ(json_member(ready.body, "status"), "degraded");
  EXPECT_THAT(ready.body, HasSubstr("the reserve: make room"));
  EXPECT_EQ(server.metric("optare_store_writable", "log"), 0);
  EXPECT_EQ(server.metric("optare_store_writable", "spool"), 0);
  EXPECT_LT(server.metric("optare_disk_free_bytes"), reserve_mib << 20U);

  disk.make_room();
  EXPECT_EQ(server.create_application("Late", "https://orders.example.com").client_id.size(), 26U);
  EXPECT_FALSE(server.token(app, "https://orders.example.com").empty());
  EXPECT_EQ(json_member(server.ops("/readyz").body, "status"), "ready");
  EXPECT_EQ(server.metric("optare_store_writable", "log"), 1);
  expect_a_sound_folder();
}

TEST_F(FullDisk, RaisesItsAlertWhileAllIsStillTaken) {
  disk.resize(large_disk_mib);
  start(std::to_string(reserve_mib));
  EXPECT_THAT(alerts(), IsEmpty());
  disk.resize(disk_mib);
  EXPECT_THAT(alerts(), ElementsAre("OptareDiskLow"));
  EXPECT_TRUE(change());
  disk.fill((reserve_mib - 1) << 20U);
  EXPECT_FALSE(change());
  EXPECT_THAT(alerts(), ElementsAre("OptareDiskLow", "OptareStoreNotWritable"));
  disk.make_room();
  EXPECT_TRUE(change());
  EXPECT_THAT(alerts(), ElementsAre("OptareDiskLow"));
  disk.resize(large_disk_mib);
  EXPECT_THAT(alerts(), IsEmpty());
}

// Nothing is kept free: the disk ends in the middle of what several clients do.
TEST_F(FullDisk, LosesNothingThatWasAcknowledgedWhenItFillsUpUnderLoad) {
  start("0");
  const AppSecret admin = server.admin();
  const std::string token = server.token(admin, server.url() + "/api/v1");
  Lives lives(server, 3);
  lives.begin();
  for (int round = 0; round < 2 && !HasFailure(); ++round) {
    lives.plan().open();
    fill_until_refused();
    lives.plan().close();
    EXPECT_TRUE(server.active(admin, token));
    expect_all_that_was_acknowledged();
    EXPECT_NE(json_member(server.ops("/readyz").body, "status"), "ready");
    disk.make_room();
    wait_until_changes_are_taken();
    wait_until("/readyz to say ready",
               [&] { return json_member(server.ops("/readyz").body, "status") == "ready"; });
  }
  for (const auto& [type, count] : refusals) std::cout << count << " times " << type << '\n';
  EXPECT_GT(refusals["urn:optare:problem:disk-full"], 0);
  const std::uint64_t before = lives.answers();
  lives.plan().open();
  wait_until("the lives to go on", [&] { return lives.answers() > before + 50; });
  lives.end();
  expect_all_that_was_acknowledged();
  lives.expect_all_that_was_acknowledged();
}

TEST_F(FullDisk, IsNoDamageToAServerThatIsKilled) {
  start("0");
  fill_until_refused();
  server.kill();
  disk.fill();
  for (int attempt = 0; attempt < 3; ++attempt) {
    const Ended refused = server.start_in_vain({"--disk-reserve-mib", "0"});
    EXPECT_EQ(refused.code, 1) << refused.err;
    EXPECT_THAT(refused.err, HasSubstr("its disk is full: make room. Nothing in it is lost"));
  }
  disk.make_room();
  start("0");
  expect_all_that_was_acknowledged();
  EXPECT_FALSE(server.token(server.admin(), server.url() + "/api/v1").empty());
  expect_a_sound_folder();
}

}  // namespace
}  // namespace optare
