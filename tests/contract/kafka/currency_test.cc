// How current a log of brokers is: ticks, silence, clocks (design D11).
#include <gtest/gtest.h>

#include <random>

#include "tests/contract/event_log_contract.h"
#include "tests/support/fake_clock.h"
#include "tests/support/mock_kafka_log.h"

namespace optare {
namespace {

using namespace std::chrono_literals;

using enum Partition;

// Runs, but its wall can be moved, and BOOTTIME leaps ahead as after a suspend.
class MovedClock final : public Clock {
 public:
  Timestamp wall() const override { return real_.wall() + wall_by.load(); }
  Duration boottime() const override { return real_.boottime() + boottime_by.load(); }
  Task<> sleep(Duration duration) override { return real_.sleep(duration); }
  std::atomic<Duration> wall_by = Duration();
  std::atomic<Duration> boottime_by = Duration();

 private:
  mutable SystemClock real_;
};

class KafkaCurrency : public testing::Test {
 protected:
  KafkaCurrency() {
    kafka.clock = &clock;
    kafka.open();
  }
  Duration age() { return clock.boottime() - kafka.log->currency(control).at; }
  Append append(const std::string& frame) { return append_and_wait(*kafka.log, control, frame); }
  void tick() {
    kafka.log->tick_with([](Partition) { return std::string("tick"); });
  }
  bool becomes_current(const KafkaLog& log) {
    return std::ranges::all_of(partitions, [&](Partition partition) {
      return soon([&] { return clock.boottime() - log.currency(partition).at < 1s; });
    });
  }
  // A record of one's own that was back within `within`: what it tells of the brokers' time is as
  // good. The first record of a producer takes half a second, and more on a busy machine.
  bool measure(Duration within) {
    return soon([&] {
      const Duration began = clock.boottime();
      EXPECT_EQ(append("measure"), Append::persisted);
      all_records(*kafka.log, control);
      return clock.boottime() - began < within;
    });
  }
  MovedClock clock;
  MockKafkaLog kafka;
};

TEST_F(KafkaCurrency, IsNotCurrentBeforeAnOwnRecordCameBack) {
  EXPECT_TRUE(kafka.log->catch_up(10s));
  EXPECT_EQ(kafka.log->currency(control).at, Currency::never);
}

// However late a node is: its ticks of a partition are a silence apart.
TEST_F(KafkaCurrency, TicksMakeItCurrentAndKeepItSo) {
  tick();
  ASSERT_TRUE(becomes_current(*kafka.log));
  const Duration began = clock.boottime();
  const std::uint64_t before = kafka.log->status().ticks_sent;
  for (int silence = 0; silence < 2; ++silence) {
    for (const Partition partition : partitions) {
      const Duration at = kafka.log->currency(partition).at;
      EXPECT_TRUE(soon([&] { return kafka.log->currency(partition).at > at; }));
    }
    EXPECT_EQ(kafka.log->fault(), "");
  }
  const std::uint64_t ticks = kafka.log->status().ticks_sent - before;
  const auto silences = static_cast<std::uint64_t>((clock.boottime() - began) / silence_max);
  // One was just being made when the count began.
  EXPECT_LE(ticks, partitions.size() * (silences + 2));
}

// Nodes that did not hear each other's would each make one at the end of every silence.
TEST_F(KafkaCurrency, AFleetMakesAboutOneTickASilence) {
  constexpr std::uint64_t nodes = 4;
  std::vector<std::unique_ptr<TemporaryDirectory>> directories;
  std::vector<std::unique_ptr<KafkaLog>> fleet;
  for (std::uint64_t i = 0; i < nodes; ++i) {
    directories.push_back(std::make_unique<TemporaryDirectory>());
    fleet.push_back(
        std::make_unique<KafkaLog>(kafka.resources, clock, kafka.random,
                                   mock_log_options(*kafka.kafka, *directories.back() / "log")));
    fleet.back()->tick_with([](Partition) { return std::string("tick"); });
  }
  const auto ticks_sent = [&] {
    std::uint64_t ticks = 0;
    for (const auto& node : fleet) ticks += node->status().ticks_sent;
    return ticks;
  };
  // Each node's own come first: it has nothing to measure by without them.
  for (const auto& node : fleet) ASSERT_TRUE(becomes_current(*node));
  // Two silences may end at once; more of them where the machine is too busy to bring the first
  // tick to the other nodes in time: some times are quiet enough.
  bool about_one = false;
  for (int time = 0; time < 5 && !about_one; ++time) {
    const Duration began = clock.boottime();
    const std::uint64_t before = ticks_sent();
    std::this_thread::sleep_for(12'500ms);
    const std::uint64_t ticks = ticks_sent() - before;
    // With the one that had begun before.
    const auto silences = static_cast<std::uint64_t>((clock.boottime() - began) / silence_max) + 1;
    about_one = ticks <= 2 * partitions.size() * silences;
    if (!about_one) std::cout << ticks << " ticks in " << silences << " silences\n";
  }
  EXPECT_TRUE(about_one);
  for (const auto& node : fleet) {
    EXPECT_TRUE(becomes_current(*node)) << "by the ticks of others";
    EXPECT_EQ(node->fault(), "");
  }
}

TEST_F(KafkaCurrency, BrokersThatAreAwayMakeItOld) {
  tick();
  ASSERT_TRUE(soon([&] { return age() < 1s; }));
  rd_kafka_mock_broker_set_down(kafka.kafka->cluster(), 1);
  const Duration away_since = clock.boottime();
  std::this_thread::sleep_for(5s);
  EXPECT_LE(kafka.log->currency(control).at, away_since);
  rd_kafka_mock_broker_set_up(kafka.kafka->cluster(), 1);
  EXPECT_TRUE(soon([&] { return age() < 1s; }));
}

// As after SIGSTOP or a suspended machine: BOOTTIME went on, and nothing was read.
TEST_F(KafkaCurrency, WhoSleptKnowsThatHeDid) {
  ASSERT_EQ(append("a"), Append::persisted);
  ASSERT_TRUE(soon([&] { return kafka.log->currency(control).at != Currency::never; }));
  clock.boottime_by = 60s;
  EXPECT_GE(age(), 60s);
  EXPECT_NE(kafka.log->fault(), "");
  tick();
  EXPECT_TRUE(becomes_current(*kafka.log));
  EXPECT_TRUE(soon([&] { return kafka.log->fault().empty(); })) << kafka.log->fault();
}

TEST_F(KafkaCurrency, RefusesToWriteWhenTheWallClockIsFarFromTheBrokers) {
  ASSERT_TRUE(measure(500ms));
  const std::size_t before = all_records(*kafka.log, control).size();
  for (const Duration by : {Duration(6s), Duration(-6s)}) {
    clock.wall_by = by;
    EXPECT_EQ(append("refused"), Append::refused_clock);
    const Duration skew = kafka.log->status().parts[0].skew.value_or(Duration());
    EXPECT_EQ(skew > Duration(), by > Duration());
    EXPECT_GE(std::chrono::abs(skew), 5s);
    EXPECT_LE(std::chrono::abs(skew), 6'100ms);
  }
  clock.wall_by = 4s;
  EXPECT_EQ(append("b"), Append::persisted) << "an alarm only";
  clock.wall_by = 0s;
  EXPECT_EQ(append("c"), Append::persisted);
  EXPECT_EQ(all_records(*kafka.log, control).size(), before + 2);
}

// The log's time is the brokers', whatever the wall says.
TEST_F(KafkaCurrency, TellsTheBrokersTime) {
  ASSERT_EQ(append("a"), Append::persisted);
  const auto records = all_records(*kafka.log, control);
  ASSERT_EQ(records.size(), 1U);
  clock.wall_by = 24h;
  EXPECT_LT(kafka.log->now(), records[0].time + 1h);
  EXPECT_GE(kafka.log->now(), records[0].time);
}

// What is said to be current is: everything that was durable elsewhere by then can be read.
TEST_F(KafkaCurrency, NeverClaimsWhatItHasNotRead) {
  TemporaryDirectory directory;
  KafkaLog other(kafka.resources, clock, kafka.random,
                 mock_log_options(*kafka.kafka, directory / "log"));
  std::mt19937 random(1);
  for (int i = 0; i < 100; ++i) {
    rd_kafka_mock_broker_set_rtt(kafka.kafka->cluster(), 1, static_cast<int>(random() % 8));
    ASSERT_EQ(append_and_wait(other, control, "x"), Append::persisted);
    const std::optional<std::uint64_t> end = ask_end_until_told(other, control);
    ASSERT_TRUE(end);
    const Duration durable_at = clock.boottime();
    kafka.log->append(control, "own", [](Append) {});
    ASSERT_TRUE(soon([&] { return kafka.log->currency(control).at >= durable_at; }));
    ASSERT_GE(kafka.log->end(control), *end);
  }
}

// A leader that another one follows may not know it: when nothing proves that it was the leader a
// moment ago, the end is told from a record of one's own, appended after the question.
TEST_F(KafkaCurrency, TellsNoEndThatNothingProves) {
  tick();
  for (int i = 0; i < 5; ++i) {
    Duration asked_at;
    std::optional<std::uint64_t> end;
    ASSERT_TRUE(soon([&] {  // nobody can tell when the record is not back in time
      if (age() >= 1s) return false;
      clock.boottime_by = clock.boottime_by.load() + leader_trusted_for + 1s;
      asked_at = clock.boottime();
      end = ask_end_and_wait(*kafka.log, control);
      return end.has_value();
    }));
    EXPECT_GE(kafka.log->currency(control).at, asked_at);
    EXPECT_GE(kafka.log->end(control), *end);
    EXPECT_GE(*end, static_cast<std::uint64_t>(i) + 2) << "with its own tick";
  }
}

}  // namespace
}  // namespace optare
