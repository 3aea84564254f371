// The command line itself: help, wrong use, credentials, and what it does without a server.
#include "ops/cli/cli.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "ops/cli/exit_code.h"
#include "tests/support/command_line.h"
#include "tests/support/temporary_directory.h"

namespace optare {
namespace {

TEST(Cli, SaysWhereCredentialsAreLookedFor) {
  const auto ran = run_command_line({"applications", "list"}, {},
                                    {{"OPTARE_CREDENTIALS", "/nowhere/admin.json"}});
  EXPECT_EQ(ran.exit, code_of(ExitCode::not_allowed));
  EXPECT_TRUE(ran.err.starts_with("error: cannot read credentials from /nowhere/admin.json\n"))
      << ran.err;
}

TEST(Cli, RefusesAFileThatHoldsNoCredentials) {
  const TemporaryDirectory directory;
  const auto path = (std::filesystem::path(directory.path()) / "a.json").string();
  for (const std::string text : {"x", "[]", "{}", R"({"issuer":"http://a","client_id":"b"})"}) {
    std::ofstream(path) << text;
    EXPECT_EQ(run_command_line({"token", "--credentials", path}).exit,
              code_of(ExitCode::not_allowed))
        << text;
  }
}

TEST(Cli, ReadsCredentialsOfALimitedSize) {
  const TemporaryDirectory directory;
  const auto path = (std::filesystem::path(directory.path()) / "a.json").string();
  const std::string text = R"({"issuer":"no address","client_id":"b","client_secret":"c"})";
  const auto error_with = [&](std::size_t bytes) {
    std::ofstream(path) << text << std::string(bytes - text.size(), ' ');
    return run_command_line({"token", "--credentials", path}).err;
  };
  EXPECT_NE(error_with(65'536).find("is no address"), std::string::npos) << "it was read";
  EXPECT_NE(error_with(65'537).find("It has more than 65536 bytes."), std::string::npos);
}

TEST(Cli, HelpOfACommandSaysWhichValuesThereAreAndWhatEveryCommandTakes) {
  const std::string serve = run_command_line({"serve", "--help"}).out;
  for (const char* said : {"(embedded, kafka)", "(spool, kafka)", "(1s..1h)", "--credentials"})
    EXPECT_NE(serve.find(said), std::string::npos) << said;
  for (const std::vector<std::string>& command :
       {std::vector<std::string>{"apis", "--help"}, {"apis", "introspectors", "allow", "--help"}})
    EXPECT_NE(run_command_line(command).out.find("Also --credentials, --ca-file, --timeout and"),
              std::string::npos);
}

class WrongUse : public testing::TestWithParam<std::vector<std::string>> {};
TEST_P(WrongUse, EndsWithTwoAndPointsToTheHelp) {
  const auto ran = run_command_line(GetParam());
  EXPECT_EQ(ran.exit, code_of(ExitCode::usage));
  EXPECT_TRUE(ran.err.starts_with("error: ")) << ran.err;
  EXPECT_EQ(ran.out, "");
}
INSTANTIATE_TEST_SUITE_P(
    Lines, WrongUse,
    testing::Values(std::vector<std::string>{}, std::vector<std::string>{"nothing"},
                    std::vector<std::string>{"applications"},
                    std::vector<std::string>{"applications", "show"},
                    std::vector<std::string>{"applications", "list", "--limit", "0"},
                    std::vector<std::string>{"applications", "list", "--limit", "201"},
                    std::vector<std::string>{"applications", "list", "--nothing"},
                    std::vector<std::string>{"apis", "update", "api_1"},
                    std::vector<std::string>{"keys", "rotate", "--alg", "none"},
                    std::vector<std::string>{"completion", "tcsh"},
                    std::vector<std::string>{"token", "--client-id", "srv_b"},
                    std::vector<std::string>{"serve", "--threads", "x"},
                    std::vector<std::string>{"serve", "--no-such-setting", "1"},
                    std::vector<std::string>{"serve", "--config", "/nowhere"},
                    std::vector<std::string>{"replay"},
                    std::vector<std::string>{"replay", "--until", "7"},
                    std::vector<std::string>{"replay", "--until", "yesterday", "applications",
                                             "show", "srv_1"}));

TEST(Cli, ListsItsExitCodesInTheHelp) {
  const auto ran = run_command_line({"--help"});
  EXPECT_EQ(ran.exit, 0);
  for (const auto& row : exit_codes)
    EXPECT_NE(ran.out.find(row.meaning), std::string::npos) << row.meaning;
}

TEST(Cli, ShowsTheConfigurationItWouldServeWith) {
  const auto ran = run_command_line({"serve", "--print-config", "--threads", "3"}, {},
                                    {{"OPTARE_LOG_LEVEL", "debug"}});
  EXPECT_EQ(ran.exit, 0) << ran.err;
  EXPECT_NE(ran.out.find("threads = 3\n"), std::string::npos);
  EXPECT_NE(ran.out.find("log_level = \"debug\"\n"), std::string::npos);
}

TEST(Cli, PrintsTheReferenceOfTheSettings) {
  EXPECT_EQ(run_command_line({"serve", "--print-reference"}).out, config_reference());
}

TEST(Cli, SaysItsVersion) {
  EXPECT_EQ(run_command_line({"version"}).out, "optare " OPTARE_VERSION "\n");
}

TEST(Completion, OffersEveryCommandAndOptionOfItsPlace) {
  const auto bash = run_command_line({"completion", "bash"}).out;
  EXPECT_NE(bash.find("\"keys\") choices=\"list rotate revoke "), std::string::npos);
  EXPECT_NE(bash.find("\"keys rotate\") choices=\"--help --alg --idempotency-key "),
            std::string::npos);
  EXPECT_NE(run_command_line({"completion", "zsh"}).out.find("compdef _optare optare"),
            std::string::npos);
  EXPECT_NE(run_command_line({"completion", "fish"})
                .out.find("complete -c optare -n '__optare_at keys' -f -a rotate -d '"),
            std::string::npos);
}

}  // namespace
}  // namespace optare
