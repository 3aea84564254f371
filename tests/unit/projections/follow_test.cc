#include "projections/follow.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "commands/application/update_client.h"
#include "projections/catalogue.h"
#include "tests/support/created.h"
#include "tests/support/facts.h"
#include "tests/support/small_node.h"

namespace optare {
namespace {

using namespace std::chrono_literals;

// An admitted commit whose event cannot follow what is there.
Decision impossible(const std::string& stream, std::uint64_t version) {
  return write(stream, version, {SecretExpired{.secret_id = "sec_never"}});
}

class FollowTest : public testing::Test {
 protected:
  void append(std::string bytes) {
    deployment.log.append(Partition::control, std::move(bytes), [](Append) {});
    node.settle();
  }
  std::vector<VoidReason> void_reasons() const {
    std::vector<VoidReason> reasons;
    for (const VoidRecord& record : node.voids) reasons.push_back(record.reason);
    return reasons;
  }

  const FleetKey other_key = test_fleet_key('x');
  Deployment deployment;
  SmallNode node{deployment};
};

TEST_F(FollowTest, WritesRowsAndPositionTogether) {
  ASSERT_TRUE(node.run(create("srv_a")));
  EXPECT_EQ(node.states.position(), 1U);
  EXPECT_EQ(node.states.application(ClientId("srv_a"))->name, "Cron");
  const auto head = decode_head(*node.store.get(Table::head, head_key(Partition::control)));
  ASSERT_TRUE(head);
  EXPECT_EQ(head->view, node.states.view(Partition::control));
  EXPECT_EQ(head->next_offset, 1U);
}

TEST_F(FollowTest, PassesOverForeignAndDamagedRecordsAndGoesOn) {
  append("not a frame");
  append(node.frame_of(node.commit_on_view(), FleetMac(std::span(&other_key, 1), 1)));
  Commit late = node.commit_on_view();
  late.deadline = deployment.log.now() - 1s;
  append(node.frame_of(late));
  Commit above = node.commit_on_view();
  above.feature_level = 2;
  append(node.frame_of(above));
  Commit elsewhere = node.commit_on_view();
  elsewhere.view = {0, {1}};
  append(node.frame_of(elsewhere));
  Commit stale = node.commit_on_view();
  stale.writes.front().expected_version = 5;
  append(node.frame_of(stale));
  std::string damaged = node.frame_of(node.commit_on_view());
  damaged[40] = static_cast<char>(damaged[40] ^ 1);
  append(damaged);
  EXPECT_EQ(void_reasons(), (std::vector{VoidReason::frame, VoidReason::mac, VoidReason::deadline,
                                         VoidReason::level, VoidReason::view, VoidReason::version,
                                         VoidReason::mac}));
  EXPECT_FALSE(node.follower->stopped());
  EXPECT_EQ(node.states.position(), 0U);
  EXPECT_TRUE(node.run(create("srv_a")));
  EXPECT_EQ(node.states.head(Partition::control).voids, 7U);
}

TEST_F(FollowTest, AdmitsARecordOnceEvenWhenItsBytesComeAgain) {
  ASSERT_TRUE(node.run(create("srv_a")));
  append(deployment.log.read(Partition::control, 0, 1).front().bytes);
  EXPECT_EQ(void_reasons(), std::vector{VoidReason::version});
  EXPECT_EQ(node.states.position(), 1U);
}

TEST_F(FollowTest, QuarantinesOneStreamAndGoesOnWithTheOthers) {
  ASSERT_TRUE(node.run(create("srv_a")));
  ASSERT_TRUE(node.run(create("srv_b")));
  ASSERT_TRUE(node.commit(impossible("application/srv_a", 1)));
  EXPECT_TRUE(node.states.quarantined("application/srv_a"));
  EXPECT_FALSE(node.states.quarantined("application/srv_b"));
  UpdateClient rename;
  rename.client = ClientId("srv_b");
  rename.display_name = "Other";
  EXPECT_TRUE(node.run(rename));
  EXPECT_EQ(node.states.application(ClientId("srv_b"))->name, "Other");
  rename.client = ClientId("srv_a");
  const auto refused = node.run(rename);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::quarantined);
  ASSERT_EQ(quarantined_streams(node.store).size(), 1U);
  EXPECT_EQ(quarantined_streams(node.store).front().ordinal, 3U);
}

TEST_F(FollowTest, KeepsAQuarantineOverARestartAndARebuild) {
  ASSERT_TRUE(node.run(create("srv_a")));
  ASSERT_TRUE(node.commit(impossible("application/srv_a", 1)));
  node.reopen();
  EXPECT_TRUE(node.states.quarantined("application/srv_a"));
  const auto before = node.rows();
  // Another projection's rebuild must not bring it back to life, either.
  for (const char* name : {"applications", "apis"}) {
    ASSERT_TRUE(rebuild(node.store, deployment.log, {name}, nullptr));
    node.reopen();
    EXPECT_TRUE(node.states.quarantined("application/srv_a")) << name;
    EXPECT_EQ(node.rows(), before) << name;
  }
}

TEST_F(FollowTest, RebuildsWhatAnotherBuildWrote) {
  ASSERT_TRUE(node.run(create("srv_a")));
  const auto before = node.rows();
  StoreBatch batch;
  batch.put(Table::meta, "projection/applications", "0");
  batch.put(Table::application, "srv_a", "of another shape");
  batch.put(Table::due_secret, "left over", "");
  node.store.write(batch);
  node.reopen();
  EXPECT_EQ(node.rows(), before);
  EXPECT_EQ(node.states.application(ClientId("srv_a"))->name, "Cron");
}

TEST_F(FollowTest, RefusesToRebuildWhatThereIsNot) {
  const auto refused = rebuild(node.store, deployment.log, {"weather"}, nullptr);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::invalid);
}

TEST_F(FollowTest, SaysHowFarARebuildIs) {
  for (const char* id : {"srv_a", "srv_b", "srv_c"}) ASSERT_TRUE(node.run(create(id)));
  RebuildProgress last;
  ASSERT_TRUE(rebuild(node.store, deployment.log, {"applications"},
                      [&](const RebuildProgress& progress) { last = progress; }));
  EXPECT_EQ(last.done, 3U);
  EXPECT_EQ(last.total, 3U);
}

TEST_F(FollowTest, TellsTheStoreThatMuchComesWhileItIsFarBehind) {
  const auto append_records = [this](std::uint64_t count) {
    for (std::uint64_t i = 0; i < count; ++i)
      deployment.log.append(Partition::control, "no frame", [](Append) {});
  };
  append_records(much_records - 1);
  while (node.follower->step()) {
  }
  EXPECT_TRUE(node.store.told().empty()) << "not for what a busy node may lag";
  append_records(much_records);
  std::vector<bool> expected_at_step;
  while (node.follower->step()) expected_at_step.push_back(node.store.much_expected());
  EXPECT_EQ(expected_at_step, (std::vector{true, true, true, false}));
}

TEST_F(FollowTest, RebuildsFromALongLogInAStoreThatExpectsMuch) {
  ASSERT_TRUE(node.run(create("srv_a")));
  ASSERT_TRUE(rebuild(node.store, deployment.log, {"applications"}, nullptr));
  EXPECT_TRUE(node.store.told().empty());
  Head head;
  head.view.ordinal = much_records;  // more than the log has: the rebuild will fail
  StoreBatch batch;
  batch.put(Table::head, head_key(Partition::control), encode_head(head));
  node.store.write(batch);
  EXPECT_THROW((void)rebuild(node.store, deployment.log, {"applications"}, nullptr), LogFault);
  EXPECT_EQ(node.store.told(), (std::vector{true, false}));
}

TEST_F(FollowTest, TwoNodesHaveTheSameRowsAtTheSamePosition) {
  SmallNode second(deployment, nullptr, "node_2");
  ASSERT_TRUE(node.run(create("srv_a")));
  second.settle();
  ASSERT_TRUE(second.run(create("srv_b")));
  node.settle();
  EXPECT_EQ(node.rows(), second.rows());
}

// After a failed write a store may open files that hold less than what it showed before.
TEST_F(FollowTest, AppliesAgainWhatAStoreLost) {
  ASSERT_TRUE(node.run(create("srv_a")));
  const auto older = node.rows();
  ASSERT_TRUE(node.run(create("srv_b")));
  StoreBatch back;
  for (const auto& [key, value] : node.rows()) {
    const auto before = older.find(key);
    back.changes.emplace_back(key,
                              before == older.end() ? std::nullopt : std::optional(before->second));
  }
  node.store.write(back);
  node.follower->doubt_store();
  node.settle();
  EXPECT_NE(node.states.application(ClientId("srv_b")), nullptr);
  EXPECT_TRUE(node.states.fresh());
  ASSERT_TRUE(node.run(create("srv_c")));
  SmallNode second(deployment, nullptr, "node_2");
  second.settle();
  EXPECT_EQ(node.rows(), second.rows());
  EXPECT_TRUE(node.voids.empty());
}

TEST_F(FollowTest, IsNotFreshBeforeItAppliedWhatAStoreLost) {
  ASSERT_TRUE(node.run(create("srv_a")));
  EXPECT_TRUE(node.states.fresh());
  node.states.reload(LiveStates::Heads{});
  EXPECT_FALSE(node.states.fresh());
}

TEST_F(FollowTest, ReplaysOnlyUpToWhatIsWanted) {
  for (const char* id : {"srv_a", "srv_b", "srv_c"}) ASSERT_TRUE(node.run(create(id)));
  MemoryStore store;
  LiveStates states(store, deployment.log, deployment.clock);
  Follower replay({.log = deployment.log,
                   .store = store,
                   .mac = node.mac,
                   .log_id = deployment.log_id,
                   .node_id = "replay",
                   .states = states,
                   .settler = nullptr,
                   .wanted = [](Partition, const LogRecord&, const Head& before, const Head&) {
                     return before.view.ordinal < 2;
                   }});
  replay.open();
  while (replay.step()) {
  }
  EXPECT_EQ(states.position(), 2U);
  EXPECT_NE(states.application(ClientId("srv_b")), nullptr);
  EXPECT_EQ(states.application(ClientId("srv_c")), nullptr);
}

TEST(Catalogue, NamesEachProjectionAndTableOnce) {
  std::set<std::string_view> names;
  std::set<Table> tables;
  for (const Projection* projection : catalogue()) {
    EXPECT_TRUE(names.insert(projection->name()).second) << projection->name();
    for (const Table table : projection->tables())
      EXPECT_TRUE(tables.insert(table).second) << static_cast<int>(table);
  }
}

}  // namespace
}  // namespace optare
