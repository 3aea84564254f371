#include "commands/runner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "commands/api/delete_api.h"
#include "commands/application/activate_client.h"
#include "commands/application/create_client.h"
#include "commands/application/deactivate_client.h"
#include "commands/application/delete_application.h"
#include "commands/application/revoke_client_tokens.h"
#include "commands/application/update_client.h"
#include "commands/key/revoke_signing_key.h"
#include "commands/token/revoke_token.h"
#include "tests/support/held_log.h"
#include "tests/support/small_node.h"

namespace optare {
namespace {

using namespace std::chrono_literals;
using testing::SizeIs;

CreateClient create(const std::string& id = "srv_a") {
  CreateClient command;
  command.client = ClientId(id);
  command.display_name = "Cron";
  command.secret = {SecretId("sec_1"), std::string(32, 'd')};
  return command;
}
DeleteApplication deletion(const std::string& id = "srv_a") {
  DeleteApplication command;
  command.client = ClientId(id);
  return command;
}
UpdateClient renaming(const std::string& name, const std::string& id = "srv_a") {
  UpdateClient command;
  command.client = ClientId(id);
  command.display_name = name;
  return command;
}
CommandOrigin with_key(std::uint8_t key, std::uint8_t request) {
  CommandOrigin origin = SmallNode::operator_origin();
  origin.command_id = CommitId{key};
  origin.request_digest = Hash{request};
  return origin;
}

class RunnerTest : public testing::Test {
 protected:
  void SetUp() override {
    const auto created = node.begin(create());
    log.release();
    node.settle();
    ASSERT_TRUE(created->value());
  }
  // The code of the refusal; none while it waits or when it was done.
  static std::optional<Code> code(const SmallNode::Result_& result) {
    if (!*result || (*result)->has_value()) return std::nullopt;
    return (*result)->error().code;
  }
  std::uint64_t records() const { return deployment.log.end(Partition::control); }

  Deployment deployment;
  HeldLog log{deployment.log};
  SmallNode node{deployment, &log};
};

TEST_F(RunnerTest, AnswersOnceItsCommitHasComeBack) {
  const auto renamed = node.begin(renaming("New"));
  EXPECT_FALSE(renamed->has_value());
  log.release();
  node.settle();
  ASSERT_TRUE(renamed->value());
  EXPECT_EQ(renamed->value()->position, 2U);
  EXPECT_THAT(renamed->value()->events, SizeIs(1));
  EXPECT_EQ(node.states.application(ClientId("srv_a"))->name, "New");
}

TEST_F(RunnerTest, RecordsNothingWhenItIsSoAlready) {
  const auto again = node.begin(renaming("Cron"));
  ASSERT_TRUE(again->has_value() && again->value());
  EXPECT_EQ(again->value()->position, 1U);
  EXPECT_EQ(log.held(), 0U);
}

// The level of the head, whatever this build understands; 0 stands for one below. A commit above it
// would be void.
TEST_F(RunnerTest, WritesAtTheLevelThatTheLogWasRaisedTo) {
  Head head = node.states.head(Partition::control);
  head.feature_level = feature_level_supported - 1;
  StoreBatch raised;
  raised.put(Table::head, head_key(Partition::control), encode_head(head));
  node.store.write(raised);
  node.reopen();
  const auto renamed = node.begin(renaming("New"));
  log.release();
  node.settle();
  ASSERT_TRUE(renamed->value());
  const auto records = deployment.log.read(Partition::control, 1, 1);
  ASSERT_THAT(records, SizeIs(1));
  EXPECT_EQ(decode_commit(parse_frame(records.front().bytes)->payload)->feature_level,
            feature_level_supported - 1);
}

// What is absent may be on its way (contracts.md G).
TEST_F(RunnerTest, RefusesWhatIsAbsentOnceItHasSeenTheLogsEndOrWaitedTwoSeconds) {
  log.be_ahead(1);
  const auto missing = node.begin(renaming("New", "srv_missing"));
  deployment.clock.advance(2s - 1ms);
  node.settle();
  EXPECT_FALSE(missing->has_value());
  deployment.clock.advance(1ms);
  node.settle();
  EXPECT_EQ(code(missing), Code::not_fresh);
  log.be_ahead(0);
  EXPECT_EQ(code(node.begin(renaming("New", "srv_missing"))), Code::not_found);
}

TEST_F(RunnerTest, DecidesAgainAfterALostRace) {
  const auto mine = node.begin(renaming("Mine"));
  SmallNode other(deployment, nullptr, "node_2");
  other.settle();
  ASSERT_TRUE(other.run(renaming("Theirs")));
  log.release();  // decided on a version that is gone
  node.settle();
  deployment.clock.advance(100ms);  // the disorder before the second attempt
  node.settle();
  ASSERT_EQ(log.held(), 1U);
  log.release();
  node.settle();
  ASSERT_TRUE(mine->value());
  EXPECT_EQ(node.states.application(ClientId("srv_a"))->name, "Mine");
  EXPECT_EQ(records(), 4U);
}

TEST_F(RunnerTest, GivesUpAfterRacesAgainAndAgain) {
  SmallNode other(deployment, nullptr, "node_2");
  const auto mine = node.begin(renaming("Mine"));
  for (int race = 0; race < decide_attempts_max; ++race) {
    other.settle();
    ASSERT_TRUE(other.run(renaming("Theirs " + std::to_string(race))));
    log.release();
    node.settle();
    deployment.clock.advance(100ms);
    node.settle();
  }
  EXPECT_EQ(code(mine), Code::conflict);
  EXPECT_EQ(log.held(), 0U);
}

TEST_F(RunnerTest, TakesCommandsOfOneStreamInTurn) {
  const auto first = node.begin(renaming("First"));
  const auto second = node.begin(renaming("Second"));
  EXPECT_EQ(log.held(), 1U);
  log.release();
  node.settle();
  ASSERT_EQ(log.held(), 1U);
  log.release();
  node.settle();
  EXPECT_TRUE(first->value() && second->value());
  EXPECT_TRUE(node.voids.empty());
}

TEST_F(RunnerTest, BoundsTheLineBehindAStream) {
  std::vector<SmallNode::Result_> waiting;
  for (std::size_t i = 0; i <= stream_queue_max; ++i)
    waiting.push_back(node.begin(renaming("Name " + std::to_string(i))));
  const auto one_more = node.begin(renaming("One more"));
  EXPECT_EQ(code(one_more), Code::overloaded);
  for (const auto& result : waiting) {
    EXPECT_FALSE(result->has_value());
    log.release();
    node.settle();
  }
}

TEST_F(RunnerTest, TellsEachRefusalOfTheLogApart) {
  for (const auto& [outcome, expected] : {std::pair{Append::not_persisted, Code::unavailable},
                                          std::pair{Append::refused_disk_full, Code::disk_full},
                                          std::pair{Append::refused_clock, Code::clock_skew}}) {
    const auto renamed = node.begin(renaming("New"));
    log.refuse(outcome);
    node.settle();
    EXPECT_EQ(code(renamed), expected);
  }
  EXPECT_EQ(records(), 1U);
}

TEST_F(RunnerTest, AppendsNothingThatTheViewHasNoRoomToApply) {
  node.view_full = true;
  EXPECT_EQ(code(node.begin(renaming("New"))), Code::disk_full);
  EXPECT_TRUE(node.begin(renaming("Cron"))->value()) << "it is so already";
  EXPECT_EQ(log.held(), 0U);
  node.view_full = false;
  const auto renamed = node.begin(renaming("New"));
  EXPECT_EQ(log.held(), 1U);
  log.release();
  node.settle();
  ASSERT_TRUE(renamed->has_value() && renamed->value());
}

TEST_F(RunnerTest, SaysThatItDoesNotKnowWhenTheLogDoesNotAnswer) {
  const auto renamed = node.begin(renaming("New"));
  deployment.clock.advance(command_patience);
  node.settle();
  EXPECT_EQ(code(renamed), Code::outcome_unknown);
  log.release();  // it was written after all
  node.settle();
  EXPECT_EQ(node.settler.counts().settled_late, 1U);
}

TEST_F(RunnerTest, FindsTheOutcomeInTheLogWhenOnlyTheAnswerWasLost) {
  const auto renamed = node.begin(renaming("New"));
  log.lose_answer(true);
  node.settle();
  ASSERT_TRUE(renamed->has_value() && renamed->value());
}

TEST_F(RunnerTest, CountsAnApplicationAsDeadWhileItsDeletionIsInDoubt) {
  const auto deleted = node.begin(deletion());
  deployment.clock.advance(command_patience);
  node.settle();
  EXPECT_EQ(code(deleted), Code::outcome_unknown);
  EXPECT_TRUE(node.states.quarantined("application/srv_a"));
  log.refuse(Append::not_persisted);
  deployment.clock.advance(commit_deadline);
  node.settle();
  EXPECT_FALSE(node.states.quarantined("application/srv_a"));
}

// Every command whose purpose is that tokens end, and no other.
TEST_F(RunnerTest, InDoubtTokensEndWhereACommandWasToEndThem) {
  for (const auto& [name, in_doubt] :
       {std::pair{DeactivateClient::name, true}, std::pair{RevokeClientTokens::name, true},
        std::pair{DeleteApi::name, true}, std::pair{RevokeSigningKey::name, true},
        std::pair{RevokeToken::name, true}, std::pair{UpdateClient::name, false},
        std::pair{ActivateClient::name, false}}) {
    CommandRunner::Request request;
    request.name = name;
    request.subject = "stream/" + std::string(name);
    request.decide = [&](const CommandContext&) -> Result<Decision> {
      return write(request.subject, 0, {ClientRenamed{.name = "New"}});
    };
    const auto answer = node.begin(request, SmallNode::operator_origin());
    deployment.clock.advance(command_patience);
    node.settle();
    EXPECT_EQ(code(answer), Code::outcome_unknown);
    EXPECT_EQ(node.states.quarantined(request.subject), in_doubt) << name;
  }
}

TEST_F(RunnerTest, RepeatsWithAKeyHaveOneEffectAndTheFirstOutcome) {
  const auto first = node.begin(renaming("New"), with_key(1, 1));
  log.release();
  node.settle();
  ASSERT_TRUE(first->value());
  EXPECT_FALSE(first->value()->replayed);
  const auto again = node.begin(renaming("New"), with_key(1, 1));
  ASSERT_TRUE(again->has_value() && again->value());
  EXPECT_TRUE(again->value()->replayed);
  EXPECT_EQ(again->value()->position, first->value()->position);
  EXPECT_EQ(again->value()->outcome.subject, "application/srv_a");
  EXPECT_EQ(log.held(), 0U);
}

TEST_F(RunnerTest, FindsTheFirstOutcomeOnAnotherNode) {
  const auto first = node.begin(renaming("New"), with_key(1, 1));
  log.release();
  node.settle();
  SmallNode other(deployment, nullptr, "node_2");
  other.settle();
  const auto again = other.run(renaming("New"), with_key(1, 1));
  ASSERT_TRUE(again);
  EXPECT_TRUE(again->replayed);
}

TEST_F(RunnerTest, RefusesAKeyThatWasUsedForAnotherRequest) {
  const auto first = node.begin(renaming("New"), with_key(1, 1));
  log.release();
  node.settle();
  EXPECT_EQ(code(node.begin(renaming("Newer"), with_key(1, 2))), Code::idempotency_key_reused);
}

TEST_F(RunnerTest, TellsARepeatToWaitWhileTheFirstIsUnderWay) {
  const auto first = node.begin(renaming("New"), with_key(1, 1));
  EXPECT_EQ(code(node.begin(renaming("New"), with_key(1, 1))), Code::idempotency_in_flight);
  log.release();
  node.settle();
  EXPECT_TRUE(first->value());
}

TEST_F(RunnerTest, ForgetsAKeyAfterADay) {
  const auto first = node.begin(renaming("New"), with_key(1, 1));
  log.release();
  node.settle();
  deployment.clock.advance(command_stream_life);
  node.settle();
  const auto later = node.begin(renaming("Newer"), with_key(1, 2));
  log.release();
  node.settle();
  ASSERT_TRUE(later->has_value() && later->value());
  EXPECT_FALSE(later->value()->replayed);
}

TEST_F(RunnerTest, AsksEachTimeItDecidesWhetherTheActorStillMay) {
  bool allowed = true;
  CommandOrigin origin;
  origin.actor = {ActorType::application, "srv_a"};
  origin.still_allowed = [&] { return allowed; };
  const auto created = node.begin(create("srv_b"), origin);
  SmallNode other(deployment, nullptr, "node_2");
  other.settle();
  // What takes a permission from an application moves its stream.
  ASSERT_TRUE(other.run(renaming("Less")));
  allowed = false;
  log.release();
  node.settle();
  deployment.clock.advance(100ms);
  node.settle();
  EXPECT_EQ(code(created), Code::unauthenticated);
  EXPECT_EQ(node.states.application(ClientId("srv_b")), nullptr);
  EXPECT_EQ(code(node.begin(renaming("Mine"), origin)), Code::unauthenticated);
  EXPECT_EQ(log.held(), 0U);
}

TEST_F(RunnerTest, GuardsTheActorsOwnApplication) {
  CommandOrigin origin;
  origin.actor = {ActorType::application, "srv_a"};
  const auto created = node.begin(create("srv_b"), origin);
  SmallNode other(deployment, nullptr, "node_2");
  other.settle();
  DeactivateClient deactivate;
  deactivate.client = ClientId("srv_a");
  ASSERT_TRUE(other.run(deactivate));
  log.release();
  node.settle();
  deployment.clock.advance(100ms);
  node.settle();
  EXPECT_EQ(code(created), Code::unauthenticated);
  EXPECT_EQ(node.states.application(ClientId("srv_b")), nullptr);
}

TEST_F(RunnerTest, LooksAgainBeforeItSaysThatSomethingIsAbsent) {
  SmallNode other(deployment, nullptr, "node_2");
  other.settle();
  ASSERT_TRUE(other.run(create("srv_new")));  // this node has not applied it yet
  const auto renamed = node.begin(renaming("New", "srv_new"));
  ASSERT_EQ(log.held(), 1U);
  log.release();
  node.settle();
  EXPECT_TRUE(renamed->value());
  EXPECT_EQ(code(node.begin(renaming("New", "srv_never"))), Code::not_found);
}

}  // namespace
}  // namespace optare
