#include "core/issuance/collector.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <span>

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
  struct Part {
    Records records;
    bool beginning_is_gone = false;
  };
  // "good", or all that is wrong.
  std::string verify(const std::vector<Part>& topic) {
    IssuanceCollector collector;
    std::string found;
    for (int partition = 0; const Part& one : topic) {
      collector.begin_partition(partition++, one.beginning_is_gone);
      for (std::uint64_t offset = 0; const std::string& record : one.records)
        if (const auto batch = collector.take(offset++, record); !batch)
          found += batch.error().detail + "\n";
    }
    for (const std::string& gap : collector.gaps()) found += gap + "\n";
    repeated_ = collector.repeated();
    tokens_ = collector.tokens();
    return found.empty() ? "good" : found;
  }
  std::string verify(const Records& topic, bool beginning_is_gone = false) {
    return verify(std::vector<Part>{{topic, beginning_is_gone}});
  }
  static Records part(const Records& all, std::size_t from, std::size_t to) {
    const std::span some = std::span(all).subspan(from, to - from);
    return {some.begin(), some.end()};
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
      Records topic = part(a, 0, to) + part(a, from, a.size());
      EXPECT_EQ(verify(topic), "good");
      EXPECT_EQ(tokens_, 16U);
      EXPECT_EQ(repeated_, to - from);
      for (; !topic.empty(); topic.erase(topic.begin())) EXPECT_EQ(verify(topic, true), "good");
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
  EXPECT_THAT(verify({a[0], a[1], fork[1]}), HasSubstr("what comes before it is not here"));
  EXPECT_THAT(verify({a[0], fork[1], a[1]}), HasSubstr("another start had gone on there"));
  MemoryLog longer(clock_);
  add_batch(longer, {1}, "a", 9);
  add_batch(longer, {1}, "a", 9);
  EXPECT_THAT(verify({a[0], batches_of(longer)[1]}), HasSubstr("does not follow the batch before"));
  EXPECT_THAT(verify({a[0], "no batch", a[1]}), HasSubstr("partition 0, offset 1: not a batch"));
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

// An operator added partitions, twice. A node that moves while it runs may repeat something, and it
// may go to a partition that is read earlier.
TEST_F(CollectorTest, FollowsANodeFromPartitionToPartition) {
  const Records a = spool("a", {{{3}, 4}, {{2}, 4}, {{1}, 4}});
  const Records b = spool("b", {{{4}, 3}});
  std::vector<Records> parts{part(a, 0, 3) + b, part(a, 2, 7), part(a, 6, 12)};
  std::ranges::sort(parts);
  do {
    const auto topic_without = [&](const std::string& missing) {
      std::vector<Part> topic;
      for (Records records : parts) {
        std::erase(records, missing);
        topic.push_back({std::move(records)});
      }
      return topic;
    };
    EXPECT_EQ(verify(topic_without("")), "good");
    EXPECT_EQ(tokens_, 30U);
    EXPECT_EQ(repeated_, 2U);
    for (std::size_t gone = 0; gone + 1 < a.size(); ++gone)
      EXPECT_THAT(verify(topic_without(a[gone])), HasSubstr("node a, start ")) << gone;
  } while (std::ranges::next_permutation(parts).found);
}

// Each partition forgets by itself.
TEST_F(CollectorTest, KnowsWhatAPartitionMayHaveForgotten) {
  const Records a = spool("a", {{{3}, 4}, {{2}, 4}, {{1}, 4}});
  for (const bool turned : {false, true}) {
    const auto verify_two = [&](Part one, Part other) {
      if (turned) std::swap(one, other);
      return verify({one, other});
    };
    EXPECT_EQ(verify_two({{}, true}, {part(a, 5, 12)}), "good") << "where it was before is empty";
    EXPECT_NE(verify_two({{}, false}, {part(a, 5, 12)}), "good");
    EXPECT_THAT(verify_two({{}, true}, {part(a, 2, 3) + part(a, 5, 12)}), HasSubstr("number 3: "))
        << "only what is oldest of it";
    EXPECT_EQ(verify_two({part(a, 1, 4), true}, {part(a, 6, 12), true}), "good");
    EXPECT_THAT(verify_two({part(a, 1, 4), true}, {part(a, 6, 12), false}),
                HasSubstr("offset 0: node a"));
    EXPECT_THAT(verify_two({{a[0], a[2]}, false}, {part(a, 3, 12), true}),
                HasSubstr("number 3 was due"));
  }
}

}  // namespace
}  // namespace optare
