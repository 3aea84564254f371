// The scripts of ops/ as a person calls them, from a folder that is not theirs.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/process.h"

namespace optare {
namespace {

using testing::AllOf;
using testing::HasSubstr;

const std::string root = OPTARE_SOURCE_DIR;
using Environment = std::vector<std::pair<std::string, std::string>>;

Ended script(const std::string& name, std::vector<std::string> arguments,
             Environment environment = {}) {
  const TemporaryDirectory elsewhere;
  arguments.insert(arguments.begin(), root + "/ops/" + name);
  return run({.arguments = std::move(arguments),
              .environment = std::move(environment),
              .folder = elsewhere.path()},
             std::chrono::minutes(4));
}

// They build build/release: where that is not what is tested, it might be all of it.
bool release_is_built() { return std::string(OPTARE_BINARY) == root + "/build/release/optare"; }

TEST(Scripts, RefuseANameThatTheyDoNotKnowAndSayWhichThereAre) {
  const Ended test = script("test", {"unit", "nosuch"});
  EXPECT_EQ(test.code, 2);
  EXPECT_THAT(test.err, AllOf(HasSubstr("no suite named 'nosuch'"), HasSubstr("tests/")));
  EXPECT_EQ(test.out, "") << "before anything is built";
  const Ended build = script("build", {"nosuch"});
  EXPECT_EQ(build.code, 2);
  EXPECT_THAT(build.err, AllOf(HasSubstr("'nosuch'"), HasSubstr("release, debug, sanitize")));
}

TEST(Scripts, InstallNothingASecondTime) {
  const Ended installed = script("install", {});
  EXPECT_EQ(installed.code, 0) << installed.err;
  EXPECT_EQ(installed.out, "") << "the tests run, so all is there";
}

TEST(Scripts, BuildNothingASecondTime) {
  if (!release_is_built()) return;
  const Ended built = script("build", {"release", "optare"});
  EXPECT_EQ(built.code, 0) << built.err;
  EXPECT_THAT(built.out, HasSubstr("no work to do"));
}

TEST(Scripts, RunGivesItsArgumentsToTheServerAndADataFolderBesideIt) {
  if (!release_is_built()) return;
  const std::vector<std::string> arguments{"--print-config", "--threads", "3"};
  const Ended plain = script("run", arguments);
  EXPECT_EQ(plain.code, 0) << plain.err;
  EXPECT_THAT(plain.out,
              AllOf(HasSubstr("threads = 3\n"), HasSubstr("data = \"" + root + "/data\"\n")));

  const Ended elsewhere = script("run", arguments, {{"OPTARE_DATA", "/of/the/operator"}});
  EXPECT_EQ(elsewhere.code, 0) << elsewhere.err;
  EXPECT_THAT(elsewhere.out, HasSubstr("data = \"/of/the/operator\"\n"));

  const Ended named = script("run", {"--print-config", "--data=/of/the/flag"});
  EXPECT_EQ(named.code, 0) << named.err;
  EXPECT_THAT(named.out, HasSubstr("data = \"/of/the/flag\"\n"));
}

TEST(Scripts, ContinuousIntegrationRunsTheTestCommand) {
  EXPECT_THAT(file_text(std::string(OPTARE_SOURCE_DIR) + "/.ci/run"), HasSubstr("/../ops/test\""));
}

}  // namespace
}  // namespace optare
