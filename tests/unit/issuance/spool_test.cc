#include "core/issuance/spool.h"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <deque>
#include <set>

#include "core/issuance/reader.h"
#include "core/memory/memory_log.h"
#include "tests/support/fake_clock.h"
#include "tests/support/held_log.h"
#include "tests/support/issuance_batches.h"

namespace optare {
namespace {

constexpr StartId first_start{1};
constexpr StartId second_start{2};

IssuedToken token(std::string_view jti) {
  return {.jti = jti,
          .client_id = "srv_a",
          .api_id = "api_b",
          .scopes = "read",
          .issued_at = timestamp_of(1'000)};
}

class SpoolTest : public testing::Test {
 protected:
  // Asks for one token to be recorded; its answer comes when `run` has nothing left to do.
  std::shared_ptr<std::optional<Result<void>>> record(IssuanceSpool& spool, std::string jti) {
    auto answer = std::make_shared<std::optional<Result<void>>>();
    const auto ask = [](IssuanceSpool& s, std::string text, auto out) -> Task<> {
      const IssuedToken issued = token(text);
      out->emplace(co_await s.record(issued));
    };
    boost::asio::co_spawn(context_, ask(spool, std::move(jti), answer), boost::asio::detached);
    return answer;
  }
  void run() {
    context_.restart();
    context_.poll();
  }
  std::vector<schema::IssuanceBatchT> batches() {
    IssuanceReader reader(memory_);
    std::vector<schema::IssuanceBatchT> all;
    for (;;) {
      auto batch = reader.next();
      EXPECT_TRUE(batch) << batch.error().detail;
      if (!batch || !*batch) return all;
      all.push_back(std::move(**batch));
    }
  }

  boost::asio::io_context context_;
  FakeClock clock_;
  MemoryLog memory_{clock_};
  HeldLog log_{memory_};
};

TEST_F(SpoolTest, SaysRecordedOnlyWhenTheBatchIsDurable) {
  IssuanceSpool spool(log_, "node", first_start);
  const auto answer = record(spool, "a");
  run();
  EXPECT_FALSE(*answer);
  log_.release();
  run();
  ASSERT_TRUE(*answer);
  EXPECT_TRUE((*answer)->has_value());
  const auto all = batches();
  ASSERT_EQ(all.size(), 1);
  const schema::IssuedTokenT& stored = *all[0].tokens[0];
  EXPECT_EQ(stored.jti, "a");
  EXPECT_EQ(stored.client_id, "srv_a");
  EXPECT_EQ(stored.api_id, "api_b");
  EXPECT_EQ(stored.scopes, "read");
  EXPECT_EQ(stored.kid, "");
  EXPECT_EQ(stored.issued_at, 1'000);
}

TEST_F(SpoolTest, GathersTokensWhileABatchIsBeingSynced) {
  IssuanceSpool spool(log_, "node", first_start);
  record(spool, "a");
  run();
  for (const char* jti : {"b", "c"}) record(spool, jti);
  run();
  EXPECT_EQ(log_.held(), 1);
  log_.release();
  run();
  EXPECT_EQ(log_.held(), 1) << "b and c, together";
  log_.release();
  const auto all = batches();
  ASSERT_EQ(all.size(), 2);
  EXPECT_EQ(all[0].tokens.size(), 1);
  EXPECT_EQ(all[1].tokens.size(), 2);
  EXPECT_EQ(all[1].first_number, 2);
}

TEST_F(SpoolTest, WhatAThreadHasAtHandSharesABatch) {
  IssuanceSpool spool(memory_, "node", first_start);
  for (const char* jti : {"a", "b", "c"}) record(spool, jti);
  run();
  const auto all = batches();
  ASSERT_EQ(all.size(), 1);
  EXPECT_EQ(all[0].tokens.size(), 3);
}

TEST_F(SpoolTest, AThreadThatIsBusyKeepsNoOther) {
  IssuanceSpool spool(log_, "node", first_start);
  boost::asio::io_context busy;  // Nobody runs it after its first token.
  const auto ask = [](IssuanceSpool& s) -> Task<> {
    const IssuedToken issued = token("of the busy thread");
    co_await s.record(issued);
  };
  boost::asio::co_spawn(busy, ask(spool), boost::asio::detached);
  busy.poll_one();
  const auto other = record(spool, "of another");
  run();
  ASSERT_EQ(log_.held(), 1);
  log_.release();
  run();
  ASSERT_TRUE(*other);
  EXPECT_TRUE((*other)->has_value());
  ASSERT_EQ(batches().size(), 1);
  EXPECT_EQ(batches()[0].tokens.size(), 2);
  busy.poll();
}

TEST_F(SpoolTest, NumbersFromOneAtEachStartAndGoesOnWithTheChain) {
  {
    IssuanceSpool spool(memory_, "node", first_start);
    record(spool, "a");
    record(spool, "b");
    run();
  }
  IssuanceSpool spool(memory_, "node", second_start);
  record(spool, "c");
  run();
  const auto all = batches();
  EXPECT_EQ(all.back().first_number, 1);
  EXPECT_TRUE(std::ranges::equal(all.back().start_id, second_start));
}

TEST_F(SpoolTest, RefusesTokensThatCannotBeRecordedAndReusesTheirNumbers) {
  IssuanceSpool spool(log_, "node", first_start);
  for (const auto& [outcome, code] : {std::pair{Append::not_persisted, Code::unavailable},
                                      std::pair{Append::refused_disk_full, Code::disk_full},
                                      std::pair{Append::refused_clock, Code::unavailable}}) {
    const auto answer = record(spool, "refused");
    run();
    log_.refuse(outcome);
    run();
    ASSERT_TRUE(*answer);
    ASSERT_FALSE((*answer)->has_value());
    EXPECT_EQ((*answer)->error().code, code);
  }
  const auto answer = record(spool, "good");
  run();
  log_.release();
  run();
  EXPECT_TRUE((*answer)->has_value());
  ASSERT_EQ(batches().size(), 1);
  EXPECT_EQ(batches()[0].first_number, 1);
}

TEST_F(SpoolTest, LooksWhereTheChainEndsAfterAnUnknownOutcome) {
  for (const bool written : {true, false}) {
    MemoryLog memory(clock_);
    HeldLog log(memory);
    IssuanceSpool spool(log, "node", first_start);
    const auto unknown = record(spool, "unknown");
    run();
    const auto behind = record(spool, "behind");
    run();
    log.lose_answer(written);
    run();
    EXPECT_EQ((*unknown)->error().code, Code::unavailable);
    EXPECT_EQ((*behind)->error().code, Code::unavailable)
        << "gathered on a chain end that nobody knows";
    const auto after = record(spool, "after");
    run();
    log.release();
    run();
    EXPECT_TRUE((*after)->has_value());

    IssuanceReader reader(memory);
    std::uint64_t last = 0;
    for (auto batch = reader.next(); batch && *batch; batch = reader.next())
      last = (*batch)->first_number;
    EXPECT_EQ(reader.offset(), memory.end(issuance_partition)) << "the chain holds";
    EXPECT_EQ(last, written ? 2 : 1);
  }
}

// Retention may drop everything meanwhile. A number that comes twice in a start is taken for a
// batch that was forwarded twice.
TEST_F(SpoolTest, NumbersGoOnWhenWhatHadNoAnswerWasDropped) {
  for (const bool written : {true, false}) {
    MemoryLog memory(clock_);
    HeldLog log(memory);
    IssuanceSpool spool(log, "node", first_start);
    record(spool, "a");
    run();
    log.release();
    record(spool, "unknown");
    run();
    log.lose_answer(written);
    run();
    const std::uint64_t end = memory.end(issuance_partition);
    drop_batches_before(memory, end);
    record(spool, "after");
    run();
    log.release();
    const auto after = parse_batch(memory.read(issuance_partition, end, 1).front().bytes);
    EXPECT_EQ(after->first_number, written ? 3 : 2);
  }
}

TEST_F(SpoolTest, RefusesTokensWhileNobodyKnowsWhereTheChainEnds) {
  IssuanceSpool spool(log_, "node", first_start);
  record(spool, "unknown");
  run();
  log_.lose_answer(/*written=*/true);
  log_.fail_reads(true);
  const auto refused = record(spool, "refused");
  run();
  EXPECT_EQ((*refused)->error().code, Code::unavailable);
  log_.fail_reads(false);
  const auto good = record(spool, "good");
  run();
  log_.release();
  run();
  EXPECT_TRUE((*good)->has_value());
}

TEST_F(SpoolTest, RefusesMoreTokensThanOneBatchMayHold) {
  IssuanceSpool spool(log_, "node", first_start);
  record(spool, "t");
  run();
  std::deque<std::shared_ptr<std::optional<Result<void>>>> answers;
  for (std::size_t i = 0; i < IssuanceSpool::batch_tokens_max + 1; ++i)
    answers.push_back(record(spool, "t"));
  run();
  ASSERT_TRUE(*answers.back()) << "the first is with the log, the last has no room behind it";
  EXPECT_EQ((*answers.back())->error().code, Code::overloaded);
  EXPECT_FALSE(*answers[answers.size() - 2]);
  log_.release();
  run();
  log_.release();
  run();
  EXPECT_TRUE((*answers[answers.size() - 2])->has_value());
}

TEST_F(SpoolTest, WaitsForTheAcknowledgementOfTheBatchToo) {
  const auto acknowledgements = std::make_shared<IssuanceAcknowledgements>();
  IssuanceSpool spool(memory_, "node", first_start, acknowledgements);
  const auto first = record(spool, "a");
  run();
  const auto second = record(spool, "b");
  run();
  ASSERT_EQ(batches().size(), 2) << "both are durable";
  EXPECT_FALSE(*first);
  acknowledgements->acknowledged(1);
  run();
  ASSERT_TRUE(*first);
  EXPECT_TRUE((*first)->has_value());
  EXPECT_FALSE(*second);
  acknowledgements->expire(std::chrono::steady_clock::now() + std::chrono::hours(1));
  run();
  ASSERT_TRUE(*second);
  EXPECT_EQ((*second)->error().code, Code::unavailable);

  const auto hopeless = record(spool, "c");
  run();
  ASSERT_TRUE(*hopeless);
  EXPECT_EQ((*hopeless)->error().code, Code::unavailable);
  EXPECT_EQ(batches().size(), 2) << "not even recorded";
  acknowledgements->acknowledged(2);
  const auto third = record(spool, "d");
  run();
  acknowledgements->acknowledged(3);
  run();
  EXPECT_TRUE((*third)->has_value());
}

TEST_F(SpoolTest, WaitsForNoAcknowledgementOfWhatWasNotWritten) {
  const auto acknowledgements = std::make_shared<IssuanceAcknowledgements>();
  IssuanceSpool spool(log_, "node", first_start, acknowledgements);
  const auto refused = record(spool, "a");
  run();
  log_.refuse(Append::refused_disk_full);
  run();
  ASSERT_TRUE(*refused);
  EXPECT_EQ((*refused)->error().code, Code::disk_full);
  const auto lost = record(spool, "b");
  run();
  log_.lose_answer(/*written=*/true);
  run();
  EXPECT_EQ((*lost)->error().code, Code::unavailable);
  const auto good = record(spool, "c");
  run();
  log_.release();
  acknowledgements->acknowledged(1);
  run();
  EXPECT_FALSE(*good) << "it is the second of the log";
  acknowledgements->acknowledged(2);
  run();
  EXPECT_TRUE((*good)->has_value());
}

// What the issuance topic takes (tests/kafka): 1 MiB with all that Kafka adds.
TEST_F(SpoolTest, MakesNoBatchThatATopicDoesNotTake) {
  IssuanceSpool spool(log_, "node", first_start);
  record(spool, "t");
  run();
  const std::string scopes(100 * 65, 's');
  std::vector<std::optional<Result<void>>> answers(200);
  const auto ask = [&](std::size_t i) -> Task<> {
    IssuedToken issued = token("a token with all the scopes that there may be");
    issued.scopes = scopes;
    answers[i] = co_await spool.record(issued);
  };
  for (std::size_t i = 0; i < answers.size(); ++i)
    boost::asio::co_spawn(context_, ask(i), boost::asio::detached);
  run();
  ASSERT_TRUE(answers.back());
  EXPECT_EQ(answers.back()->error().code, Code::overloaded);
  EXPECT_FALSE(answers.front()) << "that one has room";
  log_.release();
  run();
  log_.release();
  run();
  const auto records = memory_.read(issuance_partition, 1, 1);
  ASSERT_EQ(records.size(), 1);
  EXPECT_GT(records[0].bytes.size(), 900U << 10U);
  EXPECT_LT(records[0].bytes.size(), (1U << 20U) - 1'024);
}

TEST_F(SpoolTest, WakesEachThreadOnceForABatch) {
  IssuanceSpool spool(log_, "node", first_start);
  record(spool, "t");
  run();
  for (int i = 0; i < 9; ++i) record(spool, "t");
  run();
  log_.release();
  context_.restart();
  EXPECT_EQ(context_.poll_one(), 1) << "the nine others go to the log";
  EXPECT_EQ(log_.held(), 1);
  EXPECT_EQ(context_.poll_one(), 1) << "the first token";
  EXPECT_EQ(context_.poll_one(), 0);
  log_.release();
  context_.restart();
  EXPECT_EQ(context_.poll_one(), 1) << "the nine others";
  EXPECT_EQ(context_.poll_one(), 0);
}

}  // namespace
}  // namespace optare
