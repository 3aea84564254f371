#include "projections/follow.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "commands/application/create_client.h"
#include "commands/application/delete_application.h"
#include "commands/application/update_client.h"
#include "core/log/log_clock.h"
#include "projections/catalogue.h"
#include "tests/support/endless_log.h"
#include "tests/support/facts.h"
#include "tests/support/held_log.h"
#include "tests/support/small_node.h"

namespace optare {
namespace {

using namespace std::chrono_literals;

CreateClient create(const std::string& id, const std::string& name = "Cron") {
  CreateClient command;
  command.client = ClientId(id);
  command.display_name = name;
  command.secret = {SecretId("sec_1"), std::string(32, 'd')};
  return command;
}

// An admitted commit whose event cannot follow what is there.
Decision impossible(const std::string& stream, std::uint64_t version) {
  return write(stream, version, {SecretExpired{.secret_id = "sec_never"}});
}

// One partition in memory that can lose its end.
class ShrinkingLog final : public EventLog {
 public:
  explicit ShrinkingLog(const Clock& clock) : clock_(clock) {}
  void shrink(std::size_t records) { records_.resize(records); }

  void append(Partition, std::string frame, Appended done) override {
    records_.push_back({records_.size(), clock_.wall(), std::move(frame)});
    done(Append::persisted);
  }
  std::vector<LogRecord> read(Partition partition, std::uint64_t offset,
                              std::size_t records_max) const override {
    std::vector<LogRecord> found;
    for (std::size_t i = offset; i < end(partition) && found.size() < records_max; ++i)
      found.push_back(records_[i]);
    return found;
  }
  std::uint64_t end(Partition partition) const override {
    return partition == Partition::control ? records_.size() : 0;
  }
  Currency currency(Partition) const override { return {clock_.boottime(), now()}; }
  void ask_end(Partition partition, EndAnswered done) const override { done(end(partition)); }
  Timestamp now() const override { return clock_.wall(); }
  void on_records(std::function<void()>) override {}

 private:
  const Clock& clock_;
  std::vector<LogRecord> records_;
};

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
  std::string frame_of(const Commit& commit, const FleetMac& mac) const {
    return make_frame(mac, deployment.log_id, Partition::control, FrameKind::commit,
                      encode_commit(commit).value());
  }
  Commit commit_on_view() const {
    Commit commit;
    commit.id = {9};
    commit.deadline = deployment.log.now() + 10s;
    commit.view = node.states.view(Partition::control);
    commit.writes = {{"application/srv_x", 0, {}}};
    commit.actor = {ActorType::system, "test"};
    commit.cause = "Test";
    commit.node_id = "node_9";
    return commit;
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
  append(frame_of(commit_on_view(), FleetMac(std::span(&other_key, 1), 1)));
  Commit late = commit_on_view();
  late.deadline = deployment.log.now() - 1s;
  append(frame_of(late, node.mac));
  Commit above = commit_on_view();
  above.feature_level = 2;
  append(frame_of(above, node.mac));
  Commit elsewhere = commit_on_view();
  elsewhere.view = {0, {1}};
  append(frame_of(elsewhere, node.mac));
  Commit stale = commit_on_view();
  stale.writes.front().expected_version = 5;
  append(frame_of(stale, node.mac));
  std::string damaged = frame_of(commit_on_view(), node.mac);
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

TEST_F(FollowTest, StopsWhenTheLogLostItsEnd) {
  ASSERT_TRUE(node.run(create("srv_a")));
  Deployment emptied;
  SmallNode other(emptied);
  StoreBatch batch;
  for (const auto& [key, value] : node.rows())
    batch.put(static_cast<Table>(key.front()), key.substr(1), value);
  other.store.write(batch);
  other.reopen();
  EXPECT_TRUE(other.follower->stopped());
  EXPECT_THAT(other.states.stop_reason(), testing::HasSubstr("the log lost its end"));
  EXPECT_FALSE(other.states.fresh());
}

TEST_F(FollowTest, StopsWhenTheLogHasAnotherHistory) {
  ASSERT_TRUE(node.run(create("srv_a")));
  Deployment elsewhere;
  SmallNode other(elsewhere);
  ASSERT_TRUE(other.run(create("srv_b")));
  StoreBatch batch;
  for (const auto& [key, value] : node.rows())
    batch.put(static_cast<Table>(key.front()), key.substr(1), value);
  other.store.write(batch);
  other.reopen();
  EXPECT_TRUE(other.follower->stopped());
  EXPECT_THAT(other.states.stop_reason(), testing::HasSubstr("another history"));
}

TEST_F(FollowTest, StopsWhenTheLogLosesItsEndWhileItFollows) {
  ShrinkingLog log(deployment.clock);
  SmallNode follows(deployment, &log);
  ASSERT_TRUE(follows.run(create("srv_a")));
  log.shrink(0);
  follows.settle();
  EXPECT_TRUE(follows.follower->stopped());
  EXPECT_THAT(follows.states.stop_reason(), testing::HasSubstr("the log lost its end"));
}

TEST_F(FollowTest, StopsWhenTheLogLostItsEndAndHasGrownPastItSince) {
  ShrinkingLog log(deployment.clock);
  SmallNode follows(deployment, &log);
  ASSERT_TRUE(follows.run(create("srv_a")));
  log.shrink(0);
  SmallNode others(deployment, &log, "node_2");
  ASSERT_TRUE(others.run(create("srv_b")));
  ASSERT_TRUE(others.run(create("srv_c")));
  follows.settle();
  EXPECT_TRUE(follows.follower->stopped());
  EXPECT_THAT(follows.states.stop_reason(), testing::HasSubstr("another history"));
  EXPECT_EQ(follows.states.application(ClientId("srv_c")), nullptr);
}

TEST_F(FollowTest, StopsAtTheStartWhenTheLogLostNothingButVoidRecords) {
  ShrinkingLog log(deployment.clock);
  SmallNode follows(deployment, &log);
  ASSERT_TRUE(follows.run(create("srv_a")));
  log.append(Partition::control, "void", [](Append) {});
  follows.settle();
  log.shrink(1);
  SmallNode others(deployment, &log, "node_2");
  ASSERT_TRUE(others.run(create("srv_b")));
  follows.reopen();
  EXPECT_TRUE(follows.follower->stopped());
  EXPECT_THAT(follows.states.stop_reason(), testing::HasSubstr("another history"));
}

// The commit that it sent when its view was wrong is in the log for ever.
TEST_F(FollowTest, StartsAnewAndReadsWhatItsNodeWroteOnALostHistory) {
  ShrinkingLog log(deployment.clock);
  {
    SmallNode astray(deployment, &log);
    ASSERT_TRUE(astray.run(create("srv_a")));
    log.shrink(0);
    Commit commit = commit_on_view();
    commit.view = astray.states.view(Partition::control);
    commit.node_id = astray.node_id;
    log.append(Partition::control, frame_of(commit, astray.mac), [](Append) {});
  }
  SmallNode anew(deployment, &log);
  anew.settle();
  EXPECT_FALSE(anew.follower->stopped()) << anew.states.stop_reason();
  EXPECT_EQ(anew.voids.size(), 1);
  EXPECT_TRUE(anew.run(create("srv_a")));
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

TEST_F(FollowTest, IsNotFreshOnceItHeardNothingForTooLong) {
  node.settle();
  EXPECT_TRUE(node.states.fresh());
  deployment.clock.advance(15s);
  EXPECT_TRUE(node.states.fresh());
  deployment.clock.advance(1ms);
  EXPECT_FALSE(node.states.fresh());
  node.settle();
  EXPECT_TRUE(node.states.fresh());
}

// Fresh is who applied what is older than the limit (contracts.md G), not who finds nothing to do.
TEST_F(FollowTest, StaysFreshWhileThereIsAlwaysMoreToApply) {
  EndlessLog log(deployment.clock);
  CountedStore store;
  LiveStates states(store, log, deployment.clock);
  Follower busy({.log = log,
                 .store = store,
                 .mac = node.mac,
                 .log_id = deployment.log_id,
                 .node_id = "node_1",
                 .states = states,
                 .settler = nullptr});
  busy.open();
  states.doubt("application/srv_a", log.now() + 10s);
  for (int second = 0; second < 40; ++second) {
    deployment.clock.advance(1s);
    EXPECT_TRUE(busy.step());
    EXPECT_TRUE(states.fresh()) << second;
  }
  EXPECT_FALSE(states.quarantined("application/srv_a")) << "its deadline is long over";
  EXPECT_EQ(states.head(Partition::tokens_00).next_offset, 1U) << "tokens have their turn";
  EXPECT_EQ(log.most_asked(), 513U) << "a slice, and the record before it";
}

TEST_F(FollowTest, CountsAStreamInDoubtAsDeadUntilItsDeadlineHasPassed) {
  node.states.doubt("application/srv_a", deployment.log.now() + 10s);
  EXPECT_TRUE(node.states.quarantined("application/srv_a"));
  EXPECT_FALSE(node.states.quarantined_forever("application/srv_a"));
  deployment.clock.advance(10s + clock_skew_max);
  node.settle();
  EXPECT_TRUE(node.states.quarantined("application/srv_a"));
  deployment.clock.advance(1ms);
  node.settle();
  EXPECT_FALSE(node.states.quarantined("application/srv_a"));
}

// Whoever does not know whether his deletion happened repeats it.
TEST_F(FollowTest, TakesCommandsForAStreamInDoubt) {
  ASSERT_TRUE(node.run(create("srv_a")));
  node.states.doubt("application/srv_a", deployment.log.now() + 10s);
  EXPECT_TRUE(node.run(DeleteApplication{ClientId("srv_a"), ""}));
}

// After a failed sync the commit in doubt may lie in the log: time alone does not end the doubt.
TEST_F(FollowTest, DoubtsAStreamAsLongAsTheLogDoesNotKnowItsEnd) {
  HeldLog log(deployment.log);
  SmallNode doubting(deployment, &log);
  doubting.states.doubt("application/srv_a", deployment.log.now() + 10s);
  log.lose_end(true);
  deployment.clock.advance(11s + clock_skew_max);
  doubting.settle();
  EXPECT_TRUE(doubting.states.quarantined("application/srv_a"));
  log.lose_end(false);
  doubting.settle();
  EXPECT_FALSE(doubting.states.quarantined("application/srv_a"));
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
