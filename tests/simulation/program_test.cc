// simulate, the program, as ops/simulate calls it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "tests/support/process.h"

namespace optare::simulation {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

Ended simulate(std::vector<std::string> arguments) {
  const std::filesystem::path tree = std::filesystem::path(OPTARE_BINARY).parent_path();
  arguments.insert(arguments.begin(), tree / "tests/simulate");
  return run({.arguments = std::move(arguments)}, std::chrono::minutes(4));
}

std::vector<std::string> words_of(const std::string& line) {
  std::istringstream words(line);
  return {std::istream_iterator<std::string>(words), {}};
}

TEST(SimulateProgram, EndsWell) {
  const Ended ended = simulate({"--seeds", "3"});
  EXPECT_EQ(ended.code, 0) << ended.out << ended.err;
  EXPECT_THAT(ended.out, StartsWith("3 seeds, 0 failed"));
  EXPECT_THAT(simulate({"--seed", "2"}).out, HasSubstr("nothing went wrong"));
}

TEST(SimulateProgram, SaysHowToRepeatASeedThatFailed) {
  const Ended ended = simulate({"--from", "1", "--seeds", "60", "--break", "skip_deadline"});
  EXPECT_EQ(ended.code, 1) << ended.err;
  const auto at = ended.out.find("\n  ops/simulate ");
  ASSERT_NE(at, std::string::npos) << ended.out;
  std::vector<std::string> line =
      words_of(ended.out.substr(at + 1, ended.out.find('\n', at + 1) - at - 1));
  line.erase(line.begin());
  const Ended again = simulate(line);
  EXPECT_EQ(again.code, 1) << again.out;
  EXPECT_THAT(again.out, HasSubstr("breaks the rule"));
}

}  // namespace
}  // namespace optare::simulation
