#include "core/issuance/forward_mark.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/memory/memory_log.h"
#include "tests/support/fake_clock.h"
#include "tests/support/issuance_batches.h"

namespace optare {
namespace {

using testing::HasSubstr;

class ForwardMarkTest : public testing::Test {
 protected:
  void fill(MemoryLog& log, int batches, const StartId& start = {1}) {
    for (int i = 0; i < batches; ++i) add_batch(log, start);
  }
  std::string mark_at(std::uint64_t next) {
    return forward_mark_text(forward_mark_at(spool_, next));
  }

  FakeClock clock_;
  MemoryLog spool_{clock_};
};

TEST_F(ForwardMarkTest, IsReadAsItWasWritten) {
  fill(spool_, 3);
  for (const std::uint64_t next : {0U, 1U, 3U}) {
    const ForwardMark mark = forward_mark_at(spool_, next);
    EXPECT_EQ(parse_forward_mark(forward_mark_text(mark)), mark);
  }
  EXPECT_TRUE(mark_at(2).starts_with("optare forwarded 1 2 ")) << mark_at(2);
}

TEST_F(ForwardMarkTest, OfWhichAnyPartIsMissingIsNone) {
  fill(spool_, 12);
  const std::string whole = mark_at(12);
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_EQ(parse_forward_mark(whole.substr(0, size)), std::nullopt) << size;
  EXPECT_EQ(parse_forward_mark(whole + "x"), std::nullopt);
  EXPECT_EQ(parse_forward_mark("optare forwarded 2" + whole.substr(18)), std::nullopt);
}

TEST_F(ForwardMarkTest, SaysWhereToGoOn) {
  fill(spool_, 5);
  for (const std::uint64_t next : {0U, 1U, 4U, 5U}) {
    const ForwardStart start = forward_start(spool_, mark_at(next));
    EXPECT_EQ(start.next, next);
    EXPECT_EQ(start.lost, 0);
    EXPECT_EQ(start.remark, "");
  }
}

TEST_F(ForwardMarkTest, ThatIsMissingMeansTheOldestBatchKept) {
  EXPECT_EQ(forward_start(spool_, "").next, 0);
  fill(spool_, 5);
  drop_batches_before(spool_, 2);
  EXPECT_EQ(forward_start(spool_, "").next, 2);
  EXPECT_EQ(forward_start(spool_, "").remark, "");
  const ForwardStart unreadable = forward_start(spool_, "optare forw");
  EXPECT_EQ(unreadable.next, 2);
  EXPECT_THAT(unreadable.remark, HasSubstr("cannot be read"));
}

TEST_F(ForwardMarkTest, FitsAtTheCut) {
  fill(spool_, 5);
  const std::string mark = mark_at(2);
  drop_batches_before(spool_, 2);
  EXPECT_EQ(mark_at(2), mark);
  EXPECT_EQ(forward_start(spool_, mark).next, 2);
  EXPECT_EQ(forward_start(spool_, mark).remark, "");
}

TEST_F(ForwardMarkTest, BehindTheCutTellsWhatWasLost) {
  fill(spool_, 5);
  const std::string mark = mark_at(1);
  drop_batches_before(spool_, 4);
  const ForwardStart start = forward_start(spool_, mark);
  EXPECT_EQ(start.next, 4);
  EXPECT_EQ(start.lost, 3);
  EXPECT_THAT(start.remark, HasSubstr("3 batches were dropped"));
}

// A spool that was lost or swapped: everything it has is sent.
TEST_F(ForwardMarkTest, OfAnotherSpoolIsNone) {
  fill(spool_, 5);
  const std::string mark = mark_at(3);
  MemoryLog shorter(clock_);
  fill(shorter, 2, {2});
  EXPECT_EQ(forward_start(shorter, mark).next, 0);
  EXPECT_THAT(forward_start(shorter, mark).remark, HasSubstr("another spool"));
  MemoryLog longer(clock_);
  fill(longer, 9, {2});
  EXPECT_EQ(forward_start(longer, mark).next, 0);
  EXPECT_THAT(forward_start(longer, mark).remark, HasSubstr("another spool"));
}

}  // namespace
}  // namespace optare
