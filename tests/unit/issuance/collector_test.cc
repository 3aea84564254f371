#include "core/issuance/collector.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/memory/memory_log.h"
#include "tests/support/fake_clock.h"
#include "tests/support/issuance_batches.h"

namespace optare {
namespace {

using testing::HasSubstr;

using Records = std::vector<std::string>;

Records operator+(Records one, const Records& other) {
  one.insert(one.end(), other.begin(), other.end());
  return one;
}

// The records of a topic, as nodes forward them.
class CollectorTest : public testing::Test {
 protected:
  // Of one spool: these starts, with so many batches each.
  Records spool(const std::string& node, const std::vector<std::pair<StartId, int>>& starts) {
    MemoryLog log(clock_);
    for (const auto& [start, batches] : starts)
      for (int i = 0; i < batches; ++i) add_batch(log, start, node);
    return batches_of(log);
  }
  // "good", or the first thing that is wrong.
  std::string verify(const Records& topic, bool beginning_is_gone = false) {
    IssuanceCollector collector(beginning_is_gone);
    std::string found = "good";
    for (const std::string& record : topic) {
      const auto batch = collector.take(record);
      if (!batch && found == "good") found = batch.error().detail;
    }
    repeated_ = collector.repeated();
    tokens_ = collector.tokens();
    return found;
  }

  FakeClock clock_;
  std::uint64_t repeated_ = 0;
  std::uint64_t tokens_ = 0;
};

TEST_F(CollectorTest, FindsNothingWrongWithManyNodesAndStarts) {
  const Records a = spool("a", {{{1}, 3}, {{2}, 4}});
  const Records b = spool("b", {{{3}, 5}, {{4}, 1}});
  EXPECT_EQ(verify(a + b), "good");
  EXPECT_EQ(tokens_, 26U);
  EXPECT_EQ(repeated_, 0U);
  Records mixed;
  for (std::size_t i = 0; i < a.size(); ++i) {
    mixed.push_back(a[i]);
    if (i < b.size()) mixed.push_back(b[i]);
  }
  EXPECT_EQ(verify(mixed), "good");
}

TEST_F(CollectorTest, GivesEachTokenOnceWhateverIsRepeated) {
  const Records a = spool("a", {{{1}, 4}, {{2}, 4}});
  for (std::size_t from = 0; from < a.size(); ++from) {
    for (std::size_t to = from + 1; to <= a.size(); ++to) {
      // As after a restart: everything up to `to`, then again from `from`.
      const auto at = [&](std::size_t i) { return a.begin() + static_cast<std::ptrdiff_t>(i); };
      EXPECT_EQ(verify(Records(a.begin(), at(to)) + Records(at(from), a.end())), "good");
      EXPECT_EQ(tokens_, 16U);
      EXPECT_EQ(repeated_, to - from);
    }
  }
}

TEST_F(CollectorTest, FindsAMissingBatchWhereverItWas) {
  const Records a = spool("a", {{{1}, 3}, {{2}, 3}});
  for (std::size_t gone = 0; gone + 1 < a.size(); ++gone) {
    Records some = a;
    some.erase(some.begin() + static_cast<std::ptrdiff_t>(gone));
    EXPECT_THAT(verify(some), HasSubstr("node a, start ")) << gone;
  }
}

TEST_F(CollectorTest, FindsABatchThatIsAnother) {
  const Records a = spool("a", {{{1}, 3}});
  // As after an old back-up of the spool was put back.
  const Records fork = spool("a", {{{1}, 1}, {{9}, 1}});
  EXPECT_THAT(verify({a[0], a[1], fork[1]}), HasSubstr("or is not what it follows"));
  EXPECT_THAT(verify({a[0], fork[1], a[1]}), HasSubstr("another start had gone on from here"));
  MemoryLog longer(clock_);
  add_batch(longer, {1}, "a", 9);
  add_batch(longer, {1}, "a", 9);
  EXPECT_THAT(verify({a[0], batches_of(longer)[1]}), HasSubstr("does not follow the batch before"));
  EXPECT_THAT(verify({a[0], "no batch", a[1]}), HasSubstr("not a batch"));
}

TEST_F(CollectorTest, LetsATopicBeginAnywhereOnceForANode) {
  const Records a = spool("a", {{{1}, 3}, {{2}, 3}});
  const Records b = spool("b", {{{3}, 3}});
  const Records rest{a[2], b[1], a[3], b[2], a[4]};
  EXPECT_NE(verify(rest), "good");
  EXPECT_EQ(verify(rest, true), "good");
  EXPECT_THAT(verify({a[1], a[3]}, true), HasSubstr("what comes before it is not here"));
  EXPECT_THAT(verify({a[0], a[2]}, true), HasSubstr("number 3 was due"));
}

}  // namespace
}  // namespace optare
