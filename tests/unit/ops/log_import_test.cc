// A whole deployment's history into another log: the same rows, times and chain, whatever goes
// wrong on the way.
#include "ops/log_import.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <thread>

#include "commands/application/create_client.h"
#include "commands/application/delete_application.h"
#include "commands/application/rotate_secret.h"
#include "commands/application/update_client.h"
#include "commands/token/revoke_token.h"
#include "ops/first_start.h"
#include "tests/support/facts.h"
#include "tests/support/held_log.h"
#include "tests/support/log_samples.h"
#include "tests/support/small_node.h"
#include "tests/support/timed_log.h"

namespace optare {
namespace {

using testing::HasSubstr;

constexpr LogId home_id{7};
constexpr LogId away_id{8};
constexpr LogId third_id{9};

// A log that loses, repeats and is written to by others.
class BadLog final : public TimedLog {
 public:
  BadLog(EventLog& log, FakeClock& clock, std::vector<int> luck)
      : TimedLog(log, clock), luck_(std::move(luck)) {}

  void append(Partition partition, std::string frame, Appended done) override {
    const auto into_the_void = [](Append) {};
    switch (luck_.empty() ? 0 : luck_[appends_++ % luck_.size()]) {
      case 1:
        return done(Append::not_persisted);
      case 2:
        return done(Append::possibly_persisted);
      case 3:
        log_.append(partition, std::move(frame), into_the_void);
        return done(Append::possibly_persisted);
      case 4:
        log_.append(partition, frame, into_the_void);
        break;
      case 5:
        log_.append(partition, "garbage", into_the_void);
        break;
      default:
        break;
    }
    log_.append(partition, std::move(frame), std::move(done));
  }

 private:
  const std::vector<int> luck_;
  std::size_t appends_ = 0;
};

struct Place {
  explicit Place(const LogId& id) { deployment.log_id = id; }
  Deployment deployment;
};

void begin(SmallNode& node, const LogId& log_id) {
  ASSERT_TRUE(
      node.commit(decide_genesis({.log_id = log_id,
                                  .issuer = facts::issuer,
                                  .fleet_key_id = 1,
                                  .key = {KeyId("key_1"), SigningAlgorithm::ES256, "\1"},
                                  .admin_api = ApiId("api_admin"),
                                  .administrator = ClientId("srv_admin"),
                                  .secret = {SecretId("sec_admin"), std::string(32, 'd')}})));
}

// Something happens; what is asked may be refused.
void live(SmallNode& node, Deployment& deployment, int what) {
  const ClientId client("srv_" + std::to_string(what % 4));
  const std::string unique = std::to_string(deployment.log.end(Partition::control));
  deployment.clock.advance(std::chrono::minutes(7 * (what % 3)));
  switch (what % 7) {
    case 0:
    case 1:
      node.begin(CreateClient{.client = client,
                              .display_name = "Cron",
                              .secret = {SecretId("sec_" + unique), std::string(32, 'd')},
                              .grants = {},
                              .actor_scopes = std::nullopt});
      return;
    case 2:
      node.begin(RotateSecret{client,
                              {SecretId("sec_" + unique), std::string(32, 'e')},
                              std::chrono::hours(1),
                              std::nullopt});
      return;
    case 3:
      node.begin(DeleteApplication{client, ""});
      return;
    case 4:
      node.begin(UpdateClient{client, "Name " + unique});
      return;
    case 5:
      node.begin(RevokeToken{TokenId("00" + unique), ClientId("srv_admin"),
                             deployment.log.now() + std::chrono::hours(1)});
      return;
    default:
      deployment.log.append(what % 2 == 0 ? Partition::control : Partition::tokens_00, "garbage",
                            [](Append) {});
      node.settle();
  }
}

ImportSource source_of(const SmallNode& node, const Deployment& deployment) {
  return {deployment.log, node.store, deployment.log_id, node.follower->heads()};
}
ImportTarget target_of(SmallNode& node, EventLog& log, const LogId& log_id) {
  return {.log = log,
          .view = node.store,
          .follower = *node.follower,
          .states = node.states,
          .runner = node.runner,
          .mac = node.mac,
          .log_id = log_id};
}

// Rows but for where in the log things are, and for revocations, which go once nobody needs them.
std::map<std::string, std::string> rows_of(const SmallNode& node) {
  auto rows = node.rows();
  std::erase_if(rows, [](const auto& row) {
    const auto table = static_cast<Table>(row.first.front());
    return table == Table::head || table == Table::meta || table == Table::revocation ||
           table == Table::revocation_by_expiry;
  });
  for (auto& [key, value] : rows) {
    if (key.front() == static_cast<char>(Table::journal)) value.erase(0, 8);  // the offset
  }
  return rows;
}

class LogImportTest : public testing::Test {
 protected:
  LogImportTest() {
    begin(source, home_id);
    for (int what = 0; what < 40; ++what) live(source, home.deployment, what);
    away.deployment.clock.advance(std::chrono::days(100));
  }
  LogImport import_into(SmallNode& node, EventLog& log, const LogId& id = away_id) {
    return {source_of(source, home.deployment), target_of(node, log, id), away.deployment.clock,
            progress};
  }
  LogImport import() { return import_into(target, away.deployment.log); }
  std::uint64_t ordinals() const { return source.states.position(); }

  Progress progress;
  Place home{home_id};
  SmallNode source{home.deployment};
  Place away{away_id};
  SmallNode target{away.deployment};
};

TEST_F(LogImportTest, LeavesTheSameRowsTimesAndChain) {
  ASSERT_GT(source.states.view(Partition::tokens_00).ordinal, 2U);
  LogImport moving = import();
  ASSERT_TRUE(moving.check());
  ASSERT_TRUE(moving.carry());
  EXPECT_EQ(target.states.view(Partition::control), source.states.view(Partition::control));
  EXPECT_EQ(target.states.head(Partition::control).source, home_id);
  EXPECT_EQ(target.states.view(Partition::tokens_00), source.states.view(Partition::tokens_00));
  EXPECT_EQ(rows_of(target), rows_of(source));
  const auto position = moving.seal();
  ASSERT_TRUE(position);
  EXPECT_EQ(*position, ordinals() + 1);
  EXPECT_EQ(moving.commits(), ordinals() + source.states.view(Partition::tokens_00).ordinal);
  EXPECT_EQ(target.states.head(Partition::control).source, std::nullopt);
  for (const auto& commit : source.journal.after(Partition::control, 0, 1000)) {
    const auto here = target.journal.after(Partition::control, commit.ordinal - 1, 1).at(0);
    EXPECT_EQ(here.commit, commit.commit);
    EXPECT_EQ(here.log_time, commit.log_time);
  }
}

TEST_F(LogImportTest, GoesOnBehindTheSealInItsOwnTime) {
  LogImport moving = import();
  ASSERT_TRUE(moving.check() && moving.carry() && moving.seal());
  target.run(UpdateClient{ClientId("srv_admin"), "Moved"}).value();
  EXPECT_EQ(target.states.position(), ordinals() + 2);
  EXPECT_EQ(target.states.application(ClientId("srv_admin"))->name, "Moved");
  EXPECT_EQ(target.states.log_time(Partition::control), away.deployment.clock.wall());
}

TEST_F(LogImportTest, IsFollowedAndRebuiltLikeAnyOther) {
  LogImport moving = import();
  ASSERT_TRUE(moving.check() && moving.carry());
  SmallNode other(away.deployment, nullptr, "node_2");
  other.settle();
  EXPECT_EQ(rows_of(other), rows_of(target));
  target.reopen();  // checks that the log holds what was applied
  EXPECT_FALSE(target.follower->stopped());
  std::set<std::string> all;
  const auto before = target.rows();
  ASSERT_TRUE(rebuild(target.store, away.deployment.log, {"applications"}, nullptr));
  EXPECT_EQ(target.rows(), before);
}

TEST_F(LogImportTest, IsRefusedOnceSealed) {
  LogImport moving = import();
  ASSERT_TRUE(moving.check() && moving.carry() && moving.seal());
  LogImport again = import();
  const auto refused = again.check();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::conflict);
  EXPECT_THAT(refused.error().detail, HasSubstr("moved here already"));
}

TEST_F(LogImportTest, IsRefusedByALogWithAGenesis) {
  begin(target, away_id);
  const auto refused = import().check();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::conflict);
  EXPECT_THAT(refused.error().detail, HasSubstr("history of its own"));
}

TEST_F(LogImportTest, IsRefusedWhereAnotherIsUnderWay) {
  ASSERT_TRUE(import().carry());
  Place elsewhere(third_id);
  SmallNode other(elsewhere.deployment);
  begin(other, third_id);
  LogImport second({elsewhere.deployment.log, other.store, third_id, other.follower->heads()},
                   target_of(target, away.deployment.log, away_id), away.deployment.clock,
                   progress);
  const auto refused = second.check();
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().detail, HasSubstr("another history"));
}

TEST_F(LogImportTest, SealsOnlyWhatIsTheSource) {
  ASSERT_TRUE(import().carry());
  live(source, home.deployment, 4);
  source.run(UpdateClient{ClientId("srv_admin"), "Too late"}).value();
  LogImport longer = import();
  const auto refused = longer.seal();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::conflict);
  EXPECT_EQ(target.states.head(Partition::control).source, home_id);
  ASSERT_TRUE(longer.check() && longer.carry() && longer.seal());
  EXPECT_EQ(target.states.application(ClientId("srv_admin"))->name, "Too late");
}

TEST_F(LogImportTest, TakesAHistoryThatIsALittleAheadAndNoMore) {
  const Duration behind = away.deployment.clock.wall() - home.deployment.clock.wall();
  home.deployment.clock.advance(behind + std::chrono::seconds(6));
  source.run(UpdateClient{ClientId("srv_admin"), "From the future"}).value();
  const auto refused = import().check();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::clock_skew);
  away.deployment.clock.advance(std::chrono::seconds(2));
  LogImport moving = import();
  ASSERT_TRUE(moving.check() && moving.carry() && moving.seal());
  target.run(UpdateClient{ClientId("srv_admin"), "Now"}).value();
  EXPECT_EQ(target.states.log_time(Partition::control), source.states.log_time(Partition::control));
}

TEST_F(LogImportTest, SeesASourceWhoseLogWasChanged) {
  const auto entry = journal_entry(source.store, Partition::control, 3).value();
  StoreBatch other_time;
  other_time.put(Table::journal, journal_key(Partition::control, 3),
                 encode_journal(entry.offset, entry.log_time + Duration(1)));
  source.store.write(other_time);
  const auto refused = import().check();
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().detail, HasSubstr("replay --verify"));
}

TEST_F(LogImportTest, GivesUpOnALogThatTakesNothing) {
  BadLog dead(away.deployment.log, away.deployment.clock, {1});
  SmallNode node(away.deployment, &dead);
  LogImport moving = import_into(node, dead);
  const auto refused = moving.carry();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::unavailable);
  EXPECT_THAT(refused.error().detail, HasSubstr("Run the same command again"));
}

TEST_F(LogImportTest, SaysThatASealWithoutAnAnswerMayHaveBeenWritten) {
  ASSERT_TRUE(import().carry());
  HeldLog held(away.deployment.log);
  TimedLog log(held, away.deployment.clock);
  SmallNode node(away.deployment, &log);
  node.settle();
  const auto refused = import_into(node, log).seal();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::unavailable);
  EXPECT_THAT(refused.error().detail, HasSubstr("sealed is not known. Run the same command again"));
  held.release();
  node.settle();
  EXPECT_EQ(node.settler.counts().settled_late, 1U);
  target.settle();
  LogImport again = import();
  ASSERT_TRUE(again.check() && again.carry() && again.seal());
}

TEST_F(LogImportTest, OfTwoAtOnceBothEndWithTheSameHistory) {
  std::array<std::map<std::string, std::string>, 2> rows;
  std::array<bool, 2> moved{};
  {
    std::array<std::jthread, 2> threads;
    for (std::size_t i = 0; i < 2; ++i) {
      threads.at(i) = std::jthread([&, i] {
        Progress own;
        BadLog log(away.deployment.log, away.deployment.clock, {});  // its time passes
        SmallNode node(away.deployment, &log, "node_" + std::to_string(i));
        LogImport moving(source_of(source, home.deployment), target_of(node, log, away_id),
                         away.deployment.clock, own);
        // Whoever comes after the seal of the other is told so; the history is there all the same.
        moved.at(i) = moving.carry() && moving.seal();
        while (node.follower->step()) {
        }
        rows.at(i) = rows_of(node);
      });
    }
  }
  EXPECT_TRUE(moved[0] || moved[1]);
  target.settle();
  for (std::size_t i = 0; i < 2; ++i) {
    if (moved.at(i)) EXPECT_EQ(rows.at(i), rows_of(target));
  }
  EXPECT_EQ(target.states.position(), ordinals() + 1);
}

TEST_F(LogImportTest, MovesOnFromALogThatWasMovedInto) {
  LogImport first = import();
  ASSERT_TRUE(first.check() && first.carry() && first.seal());
  target.run(UpdateClient{ClientId("srv_admin"), "Moved"}).value();
  Place last(third_id);
  last.deployment.clock.advance(std::chrono::days(200));
  SmallNode third(last.deployment);
  LogImport second(source_of(target, away.deployment),
                   target_of(third, last.deployment.log, third_id), last.deployment.clock,
                   progress);
  ASSERT_TRUE(second.check());
  ASSERT_TRUE(second.carry());
  EXPECT_EQ(third.states.view(Partition::control), target.states.view(Partition::control));
  ASSERT_TRUE(second.seal());
  EXPECT_EQ(third.states.application(ClientId("srv_admin"))->name, "Moved");
}

RC_GTEST_PROP(LogImportProperty, AnyHistoryOverAnyBadLogInAnyNumberOfRunsIsTheSame, ()) {
  Place home(home_id);
  SmallNode source(home.deployment);
  begin(source, home_id);
  for (const int what : *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 84)))
    live(source, home.deployment, what);
  Place away(away_id);
  away.deployment.clock.advance(std::chrono::days(40));
  Progress progress;
  std::unique_ptr<SmallNode> target;
  for (int run = 0;; ++run) {
    // A run over a log that fails for good ends as a crash does; the last run's is only bad.
    auto luck = *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 6));
    const bool last = run == 3;
    if (last) luck.push_back(0);
    BadLog log(away.deployment.log, away.deployment.clock, luck);
    target = std::make_unique<SmallNode>(away.deployment, &log);
    target->settle();
    LogImport moving(source_of(source, home.deployment), target_of(*target, log, away_id),
                     away.deployment.clock, progress,
                     {.records_max = 7,
                      .resend_after = std::chrono::milliseconds(100),
                      .patience = std::chrono::seconds(20)});
    RC_ASSERT(moving.check().has_value());
    const auto carried = moving.carry();
    if (!carried) RC_ASSERT(carried.error().code == Code::unavailable);
    if (!last) continue;
    RC_ASSERT(carried.has_value());
    break;
  }
  SmallNode reader(away.deployment, nullptr, "node_2");
  reader.settle();
  for (const AcceptedCommit& commit : source.journal.after(Partition::tokens_00, 0, 1000)) {
    const auto here = reader.journal.after(Partition::tokens_00, commit.ordinal - 1, 1).at(0);
    RC_ASSERT(here.commit == commit.commit && here.log_time == commit.log_time);
  }
  for (const Partition partition : partitions)
    RC_ASSERT(reader.states.view(partition) == source.states.view(partition));
  RC_ASSERT(rows_of(reader) == rows_of(source));
}

}  // namespace
}  // namespace optare
