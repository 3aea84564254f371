// How current a log of brokers is: ticks, silence, clocks (design D11).
#include <gtest/gtest.h>

#include <random>

#include "tests/contract/event_log_contract.h"
#include "tests/support/fake_clock.h"
#include "tests/support/mock_kafka_log.h"

namespace optare {
namespace {

using namespace std::chrono_literals;

constexpr Partition control = Partition::control;

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
  Duration age(Partition partition = control) {
    return clock.boottime() - kafka.log->currency(partition).at;
  }
  Append append(const std::string& frame) { return append_and_wait(*kafka.log, control, frame); }
  void tick() {
    kafka.log->tick_with([](Partition) { return std::string("tick"); });
  }
  MovedClock clock;
  MockKafkaLog kafka;
};

TEST_F(KafkaCurrency, IsNotCurrentBeforeAnOwnRecordCameBack) {
  EXPECT_TRUE(kafka.log->catch_up(10s));
  EXPECT_EQ(kafka.log->currency(control).at, Currency::never);
}

TEST_F(KafkaCurrency, TicksMakeItCurrentAndKeepItSo) {
  tick();
  for (const Partition partition : partitions)
    EXPECT_TRUE(soon([&] { return age(partition) < 1s; }));
  for (int i = 0; i < 50; ++i) {
    std::this_thread::sleep_for(100ms);
    ASSERT_LT(age(), silence_max + silence_jitter + 1s);
  }
  const std::uint64_t ticks = kafka.log->status().ticks_sent;
  EXPECT_GE(ticks, 4U);
  EXPECT_LE(ticks, 8U) << "one at the start and one in each silence, of two partitions";
  EXPECT_EQ(kafka.log->fault(), "");
}

TEST_F(KafkaCurrency, AFleetMakesAboutOneTickASilence) {
  constexpr int nodes = 4;
  std::vector<std::unique_ptr<TemporaryDirectory>> directories;
  std::vector<std::unique_ptr<KafkaLog>> fleet;
  for (int i = 0; i < nodes; ++i) {
    directories.push_back(std::make_unique<TemporaryDirectory>());
    fleet.push_back(
        std::make_unique<KafkaLog>(kafka.resources, clock, kafka.random,
                                   mock_log_options(*kafka.kafka, *directories.back() / "log")));
    fleet.back()->tick_with([](Partition) { return std::string("tick"); });
  }
  std::this_thread::sleep_for(10s);
  std::uint64_t ticks = 0;
  for (const auto& node : fleet) {
    ticks += node->status().ticks_sent;
    EXPECT_LT(clock.boottime() - node->currency(control).at, silence_max + silence_jitter + 1s);
  }
  // Each node's own at the start; then three silences of 3 to 4 s, on each of two partitions.
  EXPECT_LE(ticks, 2U * (nodes + 3 * 2));
}

TEST_F(KafkaCurrency, BrokersThatAreAwayMakeItOld) {
  tick();
  ASSERT_TRUE(soon([&] { return age() < 1s; }));
  rd_kafka_mock_broker_set_down(kafka.kafka->cluster(), 1);
  const Duration at = kafka.log->currency(control).at;
  std::this_thread::sleep_for(5s);
  EXPECT_LE(kafka.log->currency(control).at, at + 1s);
  EXPECT_GE(age(), 4s);
  rd_kafka_mock_broker_set_up(kafka.kafka->cluster(), 1);
  EXPECT_TRUE(soon([&] { return age() < 1s; }));
}

// As after SIGSTOP or a suspended machine: BOOTTIME went on, and nothing was read.
TEST_F(KafkaCurrency, WhoSleptKnowsThatHeDid) {
  ASSERT_EQ(append("a"), Append::persisted);
  ASSERT_TRUE(soon([&] { return age() < 5s; }));
  clock.boottime_by = 60s;
  EXPECT_GE(age(), 55s);
  EXPECT_NE(kafka.log->fault(), "");
  tick();
  EXPECT_TRUE(soon([&] { return age() < 1s; }));
  EXPECT_EQ(kafka.log->fault(), "");
}

TEST_F(KafkaCurrency, RefusesToWriteWhenTheWallClockIsFarFromTheBrokers) {
  ASSERT_EQ(append("a"), Append::persisted);
  ASSERT_EQ(all_records(*kafka.log, control).size(), 1U);
  for (const Duration by : {Duration(6s), Duration(-6s)}) {
    clock.wall_by = by;
    EXPECT_EQ(append("refused"), Append::refused_clock);
    EXPECT_NEAR(static_cast<double>(kafka.log->status().parts[0].skew->count()),
                static_cast<double>(by.count()), 500);
  }
  clock.wall_by = 4s;
  EXPECT_EQ(append("b"), Append::persisted) << "an alarm only";
  clock.wall_by = 0s;
  EXPECT_EQ(append("c"), Append::persisted);
  EXPECT_EQ(all_records(*kafka.log, control).size(), 3U);
}

// The log's time is the brokers', whatever the wall says.
TEST_F(KafkaCurrency, TellsTheBrokersTime) {
  ASSERT_EQ(append("a"), Append::persisted);
  const auto records = all_records(*kafka.log, control);
  ASSERT_EQ(records.size(), 1U);
  clock.wall_by = 24h;
  EXPECT_LT(kafka.log->now(), records[0].time + 10s);
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
    const auto end = ask_end_and_wait(other, control);
    const Duration durable_at = clock.boottime();
    kafka.log->append(control, "own", [](Append) {});
    ASSERT_TRUE(soon([&] { return kafka.log->currency(control).at >= durable_at; }));
    ASSERT_GE(kafka.log->end(control), *end);
  }
}

}  // namespace
}  // namespace optare
