#include "core/issuance/reader.h"

#include <gtest/gtest.h>

#include "core/issuance/retention.h"
#include "core/issuance/spool.h"
#include "core/memory/memory_log.h"
#include "tests/support/fake_clock.h"

namespace optare {
namespace {

// A spool of batches of two tokens each, and what somebody may have done to its records.
class ReaderTest : public testing::Test {
 protected:
  void fill(int batches, StartId start = {1}) {
    ChainEnd end = chain_end(log_, start);
    for (int i = 0; i < batches; ++i) {
      BatchBuilder builder;
      for (const char* jti : {"x", "y"})
        builder.add({.jti = jti, .client_id = "srv_a", .api_id = "api_b"});
      const std::string record = builder.seal({"node", start, end.next_number, end.hash});
      end = {.hash = batch_hash(record), .next_number = end.next_number + 2};
      append(log_, record);
      clock_.advance(std::chrono::hours(1));
    }
  }
  void append(MemoryLog& log, const std::string& record) {
    log.append(issuance_partition, record, [](Append) {});
  }
  // A log with the records of `log_` in this order.
  std::string verify(const std::vector<std::string>& records) {
    MemoryLog log(clock_);
    for (const std::string& record : records) append(log, record);
    return verify(log);
  }
  std::string verify(const MemoryLog& log) {
    IssuanceReader reader(log);
    for (;;) {
      const auto batch = reader.next();
      if (!batch) return batch.error().detail;
      if (!*batch) return "good";
    }
  }
  std::vector<std::string> records() {
    std::vector<std::string> all;
    for (LogRecord& record : log_.read(issuance_partition, 0, 1'000))
      all.push_back(std::move(record.bytes));
    return all;
  }

  FakeClock clock_;
  MemoryLog log_{clock_};
};

TEST_F(ReaderTest, GivesAllTokensOfAGoodSpoolOverStarts) {
  fill(100);
  fill(3, {2});
  EXPECT_EQ(verify(log_), "good");
  EXPECT_EQ(verify(records()), "good");
}

TEST_F(ReaderTest, FindsARemovedBatchWhereverItWas) {
  fill(4);
  fill(4, {2});
  for (std::size_t gone = 0; gone < 7; ++gone) {
    auto some = records();
    some.erase(some.begin() + static_cast<std::ptrdiff_t>(gone));
    EXPECT_NE(verify(some), "good") << gone;
  }
}

TEST_F(ReaderTest, TellsARemovedNewestBatchByTheHead) {
  fill(3);
  IssuanceReader whole(log_);
  while (*whole.next()) continue;
  auto some = records();
  some.pop_back();
  MemoryLog cut(clock_);
  for (const std::string& record : some) append(cut, record);
  IssuanceReader reader(cut);
  while (*reader.next()) continue;
  EXPECT_NE(reader.head(), whole.head());
}

TEST_F(ReaderTest, FindsAnyAlteredByteOfABatchThatHasASuccessor) {
  fill(3);
  const auto good = records();
  for (std::size_t i = 0; i < good[1].size(); ++i) {
    auto some = good;
    some[1][i] = static_cast<char>(some[1][i] ^ 1);
    EXPECT_NE(verify(some), "good") << "byte " << i;
  }
}

TEST_F(ReaderTest, FindsBatchesInAnotherOrder) {
  fill(4);
  auto some = records();
  std::swap(some[1], some[2]);
  EXPECT_NE(verify(some), "good");
}

TEST_F(ReaderTest, FindsANumberThatIsSkippedEvenWhenTheChainIsMadeAnew) {
  fill(1);
  BatchBuilder builder;
  builder.add({.jti = "z", .client_id = "srv_a", .api_id = "api_b"});
  append(log_, builder.seal({"node", {1}, 4, batch_hash(records()[0])}));
  EXPECT_EQ(verify(log_), "issuance batch 2: begins with number 4 where 3 is due");
}

TEST_F(ReaderTest, ReadsOnFromTheCut) {
  fill(48);
  EXPECT_EQ(drop_expired_batches(log_, {.age_max = std::chrono::days(1)}, clock_.wall()), 24);
  EXPECT_EQ(log_.cut(issuance_partition).offset, 24);
  EXPECT_EQ(verify(log_), "good");
  fill(1);
  EXPECT_EQ(verify(log_), "good");
}

TEST_F(ReaderTest, FindsAMissingBatchAtTheCut) {
  fill(4);
  const auto note = note_of(batch_hash(records()[0]));
  log_.drop_before(issuance_partition, 2,
                   note);  // the hash of another batch than the one at the cut
  EXPECT_NE(verify(log_), "good");
}

TEST_F(ReaderTest, KeepsTheChainWhenEveryBatchExpired) {
  fill(3);
  clock_.advance(std::chrono::days(40));
  EXPECT_EQ(drop_expired_batches(log_, {}, clock_.wall()), 3);
  fill(2, {2});
  EXPECT_EQ(verify(log_), "good");
}

TEST_F(ReaderTest, DropsTheOldestBatchesOverTheBoundOfBytes) {
  fill(10);
  const std::uint64_t each = log_.bytes() / 10;
  EXPECT_EQ(drop_expired_batches(log_, {.bytes_max = 7 * each}, clock_.wall()), 3);
  EXPECT_EQ(drop_expired_batches(log_, {.bytes_max = 7 * each}, clock_.wall()), 0);
  EXPECT_EQ(verify(log_), "good");
}

TEST_F(ReaderTest, RefusesBytesThatAreNoBatch) {
  EXPECT_FALSE(parse_batch(""));
  EXPECT_FALSE(parse_batch("not a batch"));
}

}  // namespace
}  // namespace optare
