// The programs of ops/benchmarks are measured with by hand: here one of them is built and runs
// through, with tiny sizes, so that they do not fall behind what they measure.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/process.h"

namespace optare {
namespace {

using testing::AllOf;
using testing::HasSubstr;

TEST(Benchmarks, OfCommandsRunThrough) {
  const TemporaryDirectory folder;
  const auto program = std::filesystem::path(OPTARE_BINARY).parent_path() / "benchmark_commands";
  const Ended ended =
      run({.arguments = {program, "--data", folder / "data", "--warm-up", "1", "--one", "3",
                         "--many", "10", "--in-flight", "2", "--seconds-max", "60"}},
          std::chrono::minutes(4));
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_THAT(ended.out, AllOf(HasSubstr(R"("command":{"count":3)"), HasSubstr(R"("commits":10)")));
}

}  // namespace
}  // namespace optare
