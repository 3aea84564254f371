// The scripts of ops/ as a person calls them, from a folder that is not theirs.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/process.h"

namespace optare {
namespace {

using testing::AllOf;
using testing::HasSubstr;

Ended script(const std::string& name, std::vector<std::string> arguments) {
  const TemporaryDirectory elsewhere;
  arguments.insert(arguments.begin(), std::string(OPTARE_SOURCE_DIR) + "/ops/" + name);
  return run({.arguments = std::move(arguments), .folder = elsewhere.path()});
}

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

TEST(Scripts, ContinuousIntegrationRunsTheTestCommand) {
  EXPECT_THAT(file_text(std::string(OPTARE_SOURCE_DIR) + "/.ci/run"), HasSubstr("/../ops/test\""));
}

}  // namespace
}  // namespace optare
