// This node's copy of the topics on a disk that fails.
#include "core/kafka/mirror.h"

#include <gmock/gmock.h>

#include <thread>

#include "tests/support/faulty_filesystem.h"
#include "tests/support/power_loss.h"
#include "tests/support/temporary_directory.h"

namespace optare {
namespace {

using testing::HasSubstr;

using enum Partition;

class MirrorTest : public testing::Test {
 protected:
  bool write(std::uint64_t offset, std::string bytes) {
    std::vector<LogRecord> records;
    records.push_back({.offset = offset, .time = timestamp_of(1'000), .bytes = std::move(bytes)});
    return mirror.write(control, std::move(records));
  }
  std::string read(std::uint64_t offset) {
    const auto records = mirror.read(control, offset, 1);
    return records.empty() ? "nothing" : records.front().bytes;
  }
  TemporaryDirectory directory;
  FaultyDisk disk;
  RocksResources resources{{}, disk.env()};
  Mirror mirror{resources, directory / "log", OpenMode::write, {.tail_records_max = 1}};
};

TEST_F(MirrorTest, ReadsOnWhileItsDiskIsFull) {
  ASSERT_TRUE(write(0, "a") && write(1, "b"));
  disk.faults.append_fails = true;
  EXPECT_FALSE(write(2, "c"));
  EXPECT_THAT(mirror.fault(), HasSubstr("the copy of the log cannot be written: "));
  for (int i = 0; i < 3; ++i) {
    EXPECT_FALSE(mirror.reopen());
    EXPECT_EQ(read(0), "a") << "not in memory";
    EXPECT_EQ(read(1), "b");
    EXPECT_EQ(read(2), "nothing");
    EXPECT_FALSE(write(2, "c"));
  }
  disk.faults.append_fails = false;
  EXPECT_TRUE(mirror.reopen());
  EXPECT_EQ(mirror.fault(), "");
  EXPECT_EQ(mirror.end(control), 2U);
  EXPECT_TRUE(write(2, "c"));
  EXPECT_EQ(read(2), "c");
}

// Who reads beside who writes: what he was given is behind him at once, or he would take the log
// for one that lost its end.
TEST_F(MirrorTest, GivesNothingThatLiesBeyondItsEnd) {
  constexpr std::uint64_t written = 20'000;
  constexpr std::uint64_t batch = 50;
  Mirror busy(resources, directory / "busy", OpenMode::write);
  std::jthread writer([&] {
    for (std::uint64_t next = 0; next < written;) {
      std::vector<LogRecord> records;
      for (std::uint64_t i = 0; i < batch; ++i, ++next)
        records.push_back({.offset = next, .time = timestamp_of(1'000), .bytes = "record"});
      ASSERT_TRUE(busy.write(control, std::move(records)));
    }
  });
  for (std::uint64_t read_to = 0; read_to < written;) {
    const auto records = busy.read(control, read_to == 0 ? 0 : read_to - 1, 1'000);
    if (records.empty()) continue;
    read_to = records.back().offset + 1;
    ASSERT_GE(busy.end(control), read_to);
  }
}

// Who follows must not take the log for shorter than what was read of it.
TEST_F(MirrorTest, WhatTheDiskLostCannotBeReadUntilItIsFetchedAgain) {
  ASSERT_TRUE(write(0, "a") && write(1, "b"));
  disk.faults.append_fails = true;
  EXPECT_FALSE(write(2, "c"));
  lose_what_was_not_synced(directory / "log");
  disk.faults.append_fails = false;
  EXPECT_TRUE(mirror.reopen());
  EXPECT_EQ(mirror.end(control), 0U);
  EXPECT_THROW(read(0), LogFault);
  EXPECT_THROW(read(1), LogFault);
  EXPECT_EQ(read(2), "nothing") << "it never had more";
  EXPECT_TRUE(write(0, "a"));
  EXPECT_EQ(read(0), "a");
  EXPECT_THROW(read(1), LogFault);
  EXPECT_TRUE(write(1, "b"));
  EXPECT_EQ(read(1), "b");
}

}  // namespace
}  // namespace optare
