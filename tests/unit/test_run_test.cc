// A run of tests that ran none is not well. ctest runs whole suites in some parts, and one that was
// left empty, or whose filter names nothing any more, would be green for ever.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "tests/support/process.h"

namespace optare {
namespace {

using testing::HasSubstr;

Ended this_suite(const std::string& filter, const std::string& shards, const std::string& shard) {
  return run(
      {.arguments = {std::filesystem::read_symlink("/proc/self/exe"), "--gtest_filter=" + filter},
       .environment = {{"GTEST_TOTAL_SHARDS", shards}, {"GTEST_SHARD_INDEX", shard}}});
}

TEST(TestRun, OfSomethingIsWell) {
  const Ended ended = this_suite("TestRunSample.*", "1", "0");
  EXPECT_EQ(ended.code, 0) << ended.out << ended.err;
  EXPECT_THAT(ended.out, HasSubstr("[  PASSED  ] 1 test."));
}

TEST(TestRun, OfAFilterThatNamesNothingFails) {
  const Ended ended = this_suite("NoSuch.*", "1", "0");
  EXPECT_EQ(ended.code, 1) << ended.out;
  EXPECT_THAT(ended.err, HasSubstr("no test has run"));
}

TEST(TestRun, OfAnEmptyShardFails) {
  const Ended ended = this_suite("TestRunSample.*", "2", "1");
  EXPECT_EQ(ended.code, 1) << ended.out;
  EXPECT_THAT(ended.err, HasSubstr("no test has run"));
}

TEST(TestRunSample, IsWell) { SUCCEED(); }

}  // namespace
}  // namespace optare
