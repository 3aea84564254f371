// What goes next into the topic, without one.
#include "core/issuance/forwarding.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "core/issuance/forward_mark.h"
#include "core/issuance/spool.h"
#include "core/memory/memory_log.h"
#include "tests/support/fake_clock.h"
#include "tests/support/issuance_batches.h"

namespace optare {
namespace {

using namespace std::chrono_literals;
using Offsets = std::vector<std::uint64_t>;

constexpr ForwardingLimits limits{.records_max = 4, .read_records_max = 2};

class ForwardingTest : public testing::Test {
 protected:
  void start() {
    Forwarding::Ways ways;
    ways.now = [this] { return now; };
    ways.begin = [this] {
      sent.clear();
      ++attempts;
      return refusal;
    };
    ways.end = [this] { fault.clear(); };
    ways.send = [this](std::uint32_t place, std::string_view, std::string_view,
                       std::uint64_t offset) {
      places.insert(place);
      sent.push_back(offset);
    };
    ways.poll = [this](const auto& told) {
      for (const std::uint64_t offset : std::exchange(acknowledged, {})) told(offset);
    };
    ways.fault = [this] { return fault; };
    ways.keep_mark = [this](std::string_view text) {
      if (!disk) throw std::runtime_error("no disk");
      mark = text;
    };
    ways.mark_failed = [this] { ++marks_failed; };
    ways.remark = [this](const std::string& text) { said.push_back(text); };
    forwarding.emplace(spool, mark, nullptr, limits, std::move(ways));
  }
  void add(int batches, const std::string& node = "node") {
    for (int i = 0; i < batches; ++i) add_batch(spool, {1}, node);
  }
  void step_after(const Offsets& these = {}) {
    acknowledged = these;
    forwarding->step();
  }
  void fails(const std::string& why) {
    fault = why;
    forwarding->step();
  }

  FakeClock clock;
  MemoryLog spool{clock};
  Duration now = 1h;
  std::string mark;
  bool disk = true;
  int marks_failed = 0;
  std::string refusal;  // of a session
  int attempts = 0;
  Offsets sent;  // in the session of now
  std::set<std::uint32_t> places;
  Offsets acknowledged;
  std::string fault;
  std::vector<std::string> said;
  std::optional<Forwarding> forwarding;
};

TEST_F(ForwardingTest, SendsInOrderAndNoMoreThanItMay) {
  start();
  add(7);
  step_after();
  EXPECT_EQ(sent, (Offsets{0, 1, 2, 3}));
  step_after({0, 1});
  EXPECT_EQ(sent, (Offsets{0, 1, 2, 3, 4, 5}));
  EXPECT_FALSE(forwarding->all_forwarded());
  step_after({2, 3, 4, 5});
  step_after({6});
  EXPECT_TRUE(forwarding->all_forwarded());
  EXPECT_EQ(forwarding->forwarded(), 7U);
  EXPECT_EQ(attempts, 1);
}

TEST_F(ForwardingTest, BeginsAgainAtTheFirstThatWasNotAcknowledged) {
  start();
  add(3);
  step_after();
  step_after({0});
  fails("a fatal error");
  EXPECT_FALSE(forwarding->in_session());
  EXPECT_EQ(forwarding->trouble(), "a fatal error");
  now += limits.retry_min - 1ms;
  step_after();
  EXPECT_EQ(attempts, 1);
  now += 1ms;
  step_after();
  EXPECT_EQ(sent, (Offsets{1, 2}));
  step_after({1});
  EXPECT_EQ(forwarding->trouble(), "");
}

TEST_F(ForwardingTest, WaitsLongerEachTimeUntilABatchIsAcknowledged) {
  start();
  add(2);
  refusal = "no producer";
  int expected = 0;
  for (Duration pause = limits.retry_min; pause < 2 * limits.retry_max; pause *= 2) {
    step_after();
    EXPECT_EQ(attempts, ++expected);
    EXPECT_EQ(forwarding->trouble(), "no producer");
    now += std::min(pause, limits.retry_max) - 1ms;
    step_after();
    EXPECT_EQ(attempts, expected) << "too soon";
    now += 1ms;
  }
  refusal.clear();
  step_after();
  step_after({0});
  fails("a fatal error");
  now += limits.retry_min;
  step_after();
  EXPECT_EQ(sent, Offsets{1});
}

TEST_F(ForwardingTest, EndsASessionThatAcknowledgesWhatStandsBehind) {
  start();
  add(2);
  step_after();
  step_after({1});
  EXPECT_FALSE(forwarding->in_session());
  EXPECT_EQ(forwarding->acknowledged(), 0U);
  now += limits.retry_min;
  step_after();
  EXPECT_EQ(sent, (Offsets{0, 1}));
}

// What becomes of what is sent decides how much is lost.
TEST_F(ForwardingTest, WaitsForWhatIsSentBeforeItSkipsAGap) {
  start();
  add(4);
  step_after();
  add(6);
  drop_batches_before(spool, 9);
  step_after({0});
  EXPECT_EQ(sent, (Offsets{0, 1, 2, 3}));
  step_after({1, 2, 3});
  EXPECT_EQ(sent.back(), 9U);
  EXPECT_EQ(forwarding->lost(), 5U);
  EXPECT_EQ(said.size(), 1U);
}

TEST_F(ForwardingTest, CountsAsLostWhatASessionGaveUpAndTheSpoolDropped) {
  start();
  add(4);
  step_after();
  drop_batches_before(spool, 3);
  step_after({0});
  fails("a fatal error");
  now += limits.retry_min;
  step_after();
  EXPECT_EQ(sent, Offsets{3});
  EXPECT_EQ(forwarding->lost(), 2U);
}

TEST_F(ForwardingTest, CountsWhatWasDroppedBeforeAStartAtThatStartOnly) {
  start();
  add(4);
  step_after();
  step_after({0});
  drop_batches_before(spool, 3);
  refusal = "no brokers";
  start();
  EXPECT_EQ(forwarding->lost(), 2U);
  step_after();
  start();
  EXPECT_EQ(forwarding->lost(), 0U);
  EXPECT_EQ(said.size(), 1U);
}

// It may go to another partition, where nothing of that order is known.
TEST_F(ForwardingTest, SendsAnotherNodesBatchesOnceThoseBeforeAreThere) {
  start();
  add(2, "node");
  add(1, "another");
  step_after();
  step_after({0});
  EXPECT_EQ(sent, (Offsets{0, 1}));
  EXPECT_EQ(places.size(), 1U);
  step_after({1});
  EXPECT_EQ(sent, (Offsets{0, 1, 2}));
  EXPECT_EQ(places.size(), 2U);
}

TEST_F(ForwardingTest, MarksNoMoreThanWhatIsAcknowledged) {
  start();
  add(3);
  step_after();
  EXPECT_EQ(mark, "");
  step_after({0, 1});
  EXPECT_EQ(parse_forward_mark(mark)->next, 2U);
  start();
  step_after();
  EXPECT_EQ(sent, Offsets{2});
  step_after({2});
  EXPECT_EQ(parse_forward_mark(mark)->next, 3U);
  add(1);
  step_after();
  step_after({3});
  EXPECT_EQ(parse_forward_mark(mark)->next, 3U) << "before its time";
  forwarding->keep_mark(true);
  EXPECT_EQ(parse_forward_mark(mark)->next, 4U);
}

TEST_F(ForwardingTest, TriesAgainToKeepAMark) {
  start();
  add(1);
  step_after();
  disk = false;
  step_after({0});
  EXPECT_EQ(forwarding->mark_trouble(), "no disk");
  EXPECT_EQ(marks_failed, 1);
  disk = true;
  now += limits.mark_interval;
  step_after();
  EXPECT_EQ(forwarding->mark_trouble(), "");
  EXPECT_EQ(parse_forward_mark(mark)->next, 1U);
}

}  // namespace
}  // namespace optare
