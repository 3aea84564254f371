#include "ops/cli/failure.h"

#include <gtest/gtest.h>

#include <sstream>

namespace optare {
namespace {

std::string printed(const Failure& failure) {
  std::ostringstream err;
  print_failure(err, failure);
  return err.str();
}

struct Case {
  int status;
  ExitCode exit;
};
class StatusOfProblem : public testing::TestWithParam<Case> {};
TEST_P(StatusOfProblem, DecidesTheExitCode) {
  const HttpResponse response{
      .status = GetParam().status, .headers = {}, .body = R"({"title":"No","detail":"so"})"};
  EXPECT_EQ(failure_of(response).exit, GetParam().exit) << GetParam().status;
}
INSTANTIATE_TEST_SUITE_P(
    EveryStatus, StatusOfProblem,
    testing::Values(Case{400, ExitCode::refused}, Case{401, ExitCode::not_allowed},
                    Case{403, ExitCode::not_allowed}, Case{404, ExitCode::not_found},
                    Case{409, ExitCode::conflict}, Case{412, ExitCode::conflict},
                    Case{413, ExitCode::refused}, Case{422, ExitCode::refused},
                    Case{429, ExitCode::unavailable}, Case{500, ExitCode::internal},
                    Case{502, ExitCode::unavailable}, Case{503, ExitCode::unavailable}));

TEST(Failure, SaysWhatAProblemSays) {
  const HttpResponse response{
      .status = 400,
      .headers = {},
      .body =
          R"({"title":"Invalid","detail":"a member is wrong","errors":[{"pointer":"/name","detail":"too long"}]})"};
  EXPECT_EQ(printed(failure_of(response)), "error: Invalid\na member is wrong\n/name: too long\n");
}

TEST(Failure, SaysOnceWhatIsSaidOfTheWholeAndOfItsMember) {
  const HttpResponse response{
      .status = 400,
      .headers = {},
      .body =
          R"({"title":"Invalid","detail":"too long","errors":[{"pointer":"/name","detail":"too long"},{"pointer":"/type","detail":"no type"}]})"};
  EXPECT_EQ(printed(failure_of(response)), "error: Invalid\n/name: too long\n/type: no type\n");
}

TEST(Failure, SaysWhatAnOAuthErrorSaysAndWhatToCheck) {
  const HttpResponse response{
      .status = 400,
      .headers = {},
      .body = R"({"error":"invalid_client","error_description":"unknown client"})"};
  const auto failure = failure_of(response);
  EXPECT_EQ(failure.exit, ExitCode::not_allowed);
  EXPECT_EQ(printed({failure.exit, failure.title, failure.detail, ""}),
            "error: invalid_client\nunknown client\n");
}

TEST(Failure, SaysWhenToTryAgain) {
  const HttpResponse response{
      .status = 503, .headers = {{"retry-after", "2"}}, .body = R"({"title":"Overloaded"})"};
  EXPECT_EQ(printed(failure_of(response)), "error: Overloaded\nTry again in 2 s.\n");
}

TEST(Failure, SaysSoWhenTheAnswerIsNotOurs) {
  const HttpResponse response{.status = 404, .headers = {}, .body = "<html>"};
  EXPECT_EQ(printed(failure_of(response)),
            "error: the server answered 404\nThe answer is none of Optare's: is this the right "
            "address?\n");
}

TEST(Failure, OfThisProcessEndsAsTheApiWouldAnswer) {
  EXPECT_EQ(failure_of(Rejection{Code::invalid, "x", ""}).exit, ExitCode::usage);
  EXPECT_EQ(failure_of(Rejection{Code::not_found, "x", ""}).exit, ExitCode::not_found);
  EXPECT_EQ(failure_of(Rejection{Code::conflict, "x", ""}).exit, ExitCode::conflict);
  EXPECT_EQ(failure_of(Rejection{Code::disk_full, "x", ""}).exit, ExitCode::unavailable);
  EXPECT_EQ(printed(failure_of(Rejection{Code::internal, "broken", ""})), "error: broken\n");
  EXPECT_EQ(no_answer(Rejection{Code::unavailable, "x", ""}).title, "no answer from the server");
}

TEST(Failure, KeepsTheServersTextFromSteeringTheTerminal) {
  EXPECT_EQ(printed({ExitCode::refused, "a\x1b[2J", "b\x1b", ""}), "error: a\\x1b[2J\nb\\x1b\n");
}

}  // namespace
}  // namespace optare
