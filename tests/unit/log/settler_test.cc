#include "core/log/settler.h"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <thread>

#include "tests/support/fake_clock.h"
#include "tests/support/log_samples.h"

namespace optare {
namespace {

using samples::noon;
constexpr Timestamp deadline = noon + commit_deadline;
constexpr Partition control = Partition::control;

// Keeps what it is asked to append; the test answers.
class SilentLog final : public EventLog {
 public:
  void append(Partition, std::string, Appended done) override {
    if (answer_at_once) return done(*answer_at_once);
    asked.push_back(std::move(done));
  }
  std::vector<LogRecord> read(Partition, std::uint64_t, std::size_t) const override { return {}; }
  std::uint64_t end(Partition) const override { return 0; }
  Currency currency(Partition) const override { return {}; }
  void ask_end(Partition, EndAnswered done) const override { done(0); }
  Timestamp now() const override { return noon; }
  void on_records(std::function<void()>) override {}

  std::optional<Append> answer_at_once;
  std::vector<Appended> asked;
};

CommitId id(std::uint8_t n) { return samples::filled<16>(n); }

Verdict verdict_on(const CommitId& commit_id, Verdict::Kind kind) {
  Verdict verdict;
  verdict.kind = kind;
  verdict.reason = VoidReason::version;
  verdict.commit = samples::commit();
  verdict.commit->id = commit_id;
  verdict.head.view = {3, samples::filled<32>(3)};
  verdict.head.log_time = noon;
  return verdict;
}

class SettlerTest : public testing::Test {
 protected:
  // Sends, and runs until it waits.
  std::shared_ptr<std::optional<Outcome>> send(const CommitId& commit_id,
                                               Partition partition = control) {
    auto outcome = std::make_shared<std::optional<Outcome>>();
    auto sending = [](Settler& settler, EventLog& log, Partition p, CommitId c,
                      std::shared_ptr<std::optional<Outcome>> out) -> Task<> {
      *out = co_await settler.send(log, p, c, deadline, "frame");
    };
    boost::asio::co_spawn(context, sending(settler, log, partition, commit_id, outcome),
                          boost::asio::detached);
    run();
    return outcome;
  }
  void run() {
    context.restart();
    context.poll();
  }
  // A sender that waits for ever would keep what it waits for: all are answered at the end.
  void TearDown() override {
    for (const auto partition : {control, Partition::tokens_00})
      settler.passed(partition, Timestamp::max(), 99);
    run();
  }
  using Counts = Settler::Counts;

  boost::asio::io_context context;
  FakeClock clock;
  SilentLog log;
  Settler settler{clock};
};

TEST_F(SettlerTest, AnswersOnceTheCommitWasReadBack) {
  const auto outcome = send(id(1));
  log.asked.at(0)(Append::persisted);
  run();
  EXPECT_FALSE(outcome->has_value());
  settler.observed(control, verdict_on(id(1), Verdict::Kind::admitted), 40);
  run();
  const Outcome done{.kind = Outcome::Kind::done,
                     .view = {3, samples::filled<32>(3)},
                     .log_time = noon,
                     .reached = 40};
  EXPECT_EQ(*outcome, done);
  EXPECT_EQ(settler.counts(), (Counts{.done = 1}));
}

TEST_F(SettlerTest, AnswersAlsoWhenTheReaderIsQuickerThanTheAppend) {
  const auto outcome = send(id(1));
  settler.observed(control, verdict_on(id(1), Verdict::Kind::void_record), 40);
  log.asked.at(0)(Append::persisted);
  run();
  EXPECT_EQ((*outcome)->kind, Outcome::Kind::void_commit);
  EXPECT_EQ((*outcome)->reason, VoidReason::version);
  EXPECT_EQ(settler.counts(), (Counts{.voids = 1}));
}

TEST_F(SettlerTest, AnswersARefusalThatComesBeforeAppendReturns) {
  log.answer_at_once = Append::refused_disk_full;
  const auto outcome = send(id(1));
  EXPECT_EQ((*outcome)->kind, Outcome::Kind::failed);
  EXPECT_EQ((*outcome)->refusal, Append::refused_disk_full);
  EXPECT_EQ(settler.counts(), (Counts{.failed = 1}));
}

TEST_F(SettlerTest, IsNotConcernedByOthers) {
  const auto outcome = send(id(1));
  settler.observed(control, verdict_on(id(2), Verdict::Kind::admitted), 40);
  settler.observed(Partition::tokens_00, verdict_on(id(1), Verdict::Kind::admitted), 40);
  settler.observed(control, verdict_on(id(1), Verdict::Kind::stop), 41);
  settler.observed(control, Verdict{}, 42);
  settler.passed(Partition::tokens_00, deadline + Duration(1), 43);
  run();
  EXPECT_FALSE(outcome->has_value());
}

TEST_F(SettlerTest, TakesACommitForVoidOnceItsPartitionPassedTheDeadline) {
  const auto outcome = send(id(1));
  settler.passed(control, deadline, 50);
  run();
  EXPECT_FALSE(outcome->has_value());
  settler.passed(control, deadline + Duration(1), 51);
  run();
  EXPECT_EQ(
      *outcome,
      (Outcome{.kind = Outcome::Kind::void_commit, .reason = VoidReason::deadline, .reached = 51}));
}

TEST_F(SettlerTest, AnswersUnknownWhenPatienceEndsAndNotBefore) {
  const auto outcome = send(id(1));
  clock.advance(send_patience - Duration(1));
  settler.tick();
  run();
  EXPECT_FALSE(outcome->has_value());
  clock.advance(Duration(1));
  settler.tick();
  run();
  EXPECT_EQ((*outcome)->kind, Outcome::Kind::unknown);
  EXPECT_EQ(settler.counts(), (Counts{.under_way = 1, .unknown = 1}));
}

TEST_F(SettlerTest, CountsWhatBecameCertainTooLate) {
  for (std::uint8_t n = 1; n <= 3; ++n) send(id(n));
  clock.advance(send_patience);
  settler.tick();
  settler.observed(control, verdict_on(id(1), Verdict::Kind::admitted), 40);
  log.asked.at(1)(Append::not_persisted);
  EXPECT_EQ(settler.counts(), (Counts{.under_way = 1, .unknown = 3, .settled_late = 2}));
  settler.passed(control, deadline + Duration(1), 41);
  EXPECT_EQ(settler.counts(), (Counts{.unknown = 3, .settled_late = 3}));
}

TEST_F(SettlerTest, ForgetsTheOldestUnknownBeyondItsLimit) {
  const auto wide_id = [](std::size_t n) {
    CommitId made{};
    made[0] = static_cast<std::uint8_t>(n);
    made[1] = static_cast<std::uint8_t>(n >> 8U);
    return made;
  };
  for (std::size_t n = 0; n < unknowns_kept_max; ++n) send(wide_id(n));
  clock.advance(send_patience);
  settler.tick();
  EXPECT_EQ(settler.counts().under_way, unknowns_kept_max);
  send(wide_id(unknowns_kept_max));
  clock.advance(send_patience);
  settler.tick();
  EXPECT_EQ(settler.counts().under_way, unknowns_kept_max);
  EXPECT_EQ(settler.counts().unknown, unknowns_kept_max + 1);
}

TEST_F(SettlerTest, LetsTheLogAnswerAfterItIsGone) {
  {
    Settler brief(clock);
    boost::asio::co_spawn(context, brief.send(log, control, id(1), deadline, "frame"),
                          [](auto, auto) {});
    run();
  }
  log.asked.at(0)(Append::not_persisted);
  run();
}

TEST_F(SettlerTest, SettlesEveryoneWhenAppendsAndRecordsComeFromTwoThreads) {
  constexpr std::uint8_t senders = 200;
  std::vector<std::shared_ptr<std::optional<Outcome>>> outcomes;
  for (std::uint8_t n = 0; n < senders; ++n) outcomes.push_back(send(id(n)));
  std::thread appends([&] {
    for (auto& done : log.asked) done(Append::persisted);
  });
  std::thread follower([&] {
    for (std::uint8_t n = 0; n < senders; ++n) {
      settler.observed(control, verdict_on(id(n), Verdict::Kind::admitted), n);
      settler.passed(control, noon, n);
    }
  });
  appends.join();
  follower.join();
  run();
  for (const auto& outcome : outcomes) EXPECT_EQ((*outcome)->kind, Outcome::Kind::done);
  EXPECT_EQ(settler.counts(), (Counts{.done = senders}));
}

}  // namespace
}  // namespace optare
