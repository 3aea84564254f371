// What a read of the embedded log may cost: memory, whatever was asked for.
#include <gtest/gtest.h>

#include "core/rocksdb/embedded_log.h"
#include "core/rocksdb/hot_tail.h"
#include "tests/contract/event_log_contract.h"
#include "tests/support/fake_clock.h"
#include "tests/support/temporary_directory.h"

namespace optare {
namespace {

using enum Partition;

std::vector<std::uint64_t> offsets(const std::vector<LogRecord>& records) {
  std::vector<std::uint64_t> all;
  for (const LogRecord& record : records) all.push_back(record.offset);
  return all;
}

TEST(ReadOfTheLog, EndsOnceItHoldsEightMebibytes) {
  constexpr std::size_t record_bytes = 1U << 20U;
  const TemporaryDirectory directory;
  FakeClock clock;
  RocksResources resources;
  EmbeddedLogOptions options{.directory = directory / "log"};
  options.tail_records_max = 0;
  EmbeddedLog log(resources, clock, options);
  for (int i = 0; i < 10; ++i)
    ASSERT_EQ(append_and_wait(log, control, std::string(record_bytes, 'x')), Append::persisted);
  EXPECT_EQ(log.read(control, 0, 100).size(), 8U);
  EXPECT_EQ(offsets(log.read(control, 8, 100)), (std::vector<std::uint64_t>{8, 9}));
}

class HotTailTest : public testing::Test {
 protected:
  static void fill(HotTail& tail, int records) {
    for (int i = 0; i < records; ++i)
      tail.add(control, {static_cast<std::uint64_t>(i), {}, std::string(10, 'x')});
  }
};

TEST_F(HotTailTest, KeepsTheNewestRecordsOnly) {
  HotTail tail(3, 1'000);
  fill(tail, 5);
  EXPECT_FALSE(tail.read(control, 1, 6, 10));
  EXPECT_EQ(offsets(*tail.read(control, 2, 6, 10)), (std::vector<std::uint64_t>{2, 3, 4}));
  EXPECT_EQ(offsets(*tail.read(control, 3, 6, 1)), (std::vector<std::uint64_t>{3}));
  EXPECT_FALSE(tail.read(control, 5, 6, 10));
}

TEST_F(HotTailTest, TellsNothingBeyondTheEndThatItIsGiven) {
  HotTail tail(3, 1'000);
  fill(tail, 5);
  EXPECT_EQ(offsets(*tail.read(control, 2, 4, 10)), (std::vector<std::uint64_t>{2, 3}));
  EXPECT_EQ(offsets(*tail.read(control, 2, 4, 1)), (std::vector<std::uint64_t>{2}));
}

TEST_F(HotTailTest, KeepsNoMoreBytesThanItMay) {
  HotTail tail(1'000, 25);
  fill(tail, 5);
  EXPECT_FALSE(tail.read(control, 2, 6, 10));
  EXPECT_EQ(offsets(*tail.read(control, 3, 6, 10)), (std::vector<std::uint64_t>{3, 4}));
}

TEST_F(HotTailTest, KeepsNothingWhenGivenNoRoom) {
  HotTail tail(0, 1'000);
  fill(tail, 5);
  EXPECT_FALSE(tail.read(control, 4, 6, 10));
}

}  // namespace
}  // namespace optare
