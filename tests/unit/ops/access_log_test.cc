// What an operator reads of requests: changes and failures, never what was presented.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <fstream>

#include "tests/support/spine.h"

namespace optare {
namespace {

using testing::HasSubstr;
using testing::Not;

class AccessLog : public testing::Test {
 protected:
  AccessLog() : file_(::open((folder_ / "log").c_str(), O_CREAT | O_WRONLY, 0600)) {}
  ~AccessLog() override { ::close(file_); }
  std::vector<std::string> told() const {
    std::ifstream file(folder_ / "log");
    std::vector<std::string> all;
    for (std::string line; std::getline(file, line);) all.push_back(line);
    return all;
  }
  void finish(Method method, std::string_view route, int status) {
    Request request;
    request.method = method;
    request.route = route;
    request.request_id = "request-1";
    request.remote_address = "192.0.2.7";
    composition.counts.request_finished(request, {.status = status});
  }

 private:
  TemporaryDirectory folder_;
  int file_;

 protected:
  LogLines lines{LogLevel::info, file_};
  Spine spine;
  Composition composition{spine.node(), lines};
};

TEST_F(AccessLog, TellsOfChangesAndFailures) {
  finish(Method::get, "/api/v1/applications", 200);
  finish(Method::post, "/oauth2/token", 200);
  EXPECT_TRUE(told().empty()) << "reads and tokens are many, and say little";
  finish(Method::delete_, "/api/v1/applications/{client_id}", 200);
  finish(Method::post, "/oauth2/token", 503);
  ASSERT_EQ(told().size(), 2U);
  const auto change = boost::json::parse(told()[0]).as_object();
  EXPECT_EQ(change.at("level"), "info");
  EXPECT_EQ(change.at("event"), "request");
  EXPECT_EQ(change.at("method"), "DELETE");
  EXPECT_EQ(change.at("route"), "/api/v1/applications/{client_id}");
  EXPECT_EQ(change.at("status"), 200);
  EXPECT_EQ(change.at("request_id"), "request-1");
  EXPECT_EQ(change.at("address"), "192.0.2.7");
  EXPECT_EQ(boost::json::parse(told()[1]).at("level"), "warning");
}

// Contracts.md T: one line with client id and reason, and a metric.
TEST_F(AccessLog, TellsOfAFailedAuthenticationOnce) {
  const Spine::Client client = spine.create_client();
  const std::string wrong = "sk_what-was-presented";
  Request request;
  request.method = Method::post;
  request.path = "/oauth2/token";
  request.headers = {Spine::Client{client.id, wrong, ""}.basic(),
                     {"Content-Type", "application/x-www-form-urlencoded"}};
  request.body = "grant_type=client_credentials";
  request.request_id = "request-1";
  request.remote_address = "192.0.2.7";
  EXPECT_EQ(spine.run_task(composition.routes.dispatch(request)).status, 401);
  ASSERT_EQ(told().size(), 1U);
  const auto line = boost::json::parse(told()[0]).as_object();
  EXPECT_EQ(line.at("event"), "authentication_failed");
  EXPECT_EQ(line.at("client_id").as_string(), client.id);
  EXPECT_EQ(line.at("reason"), "wrong_secret");
  EXPECT_EQ(line.at("request_id"), "request-1");
  EXPECT_THAT(told()[0], Not(HasSubstr(wrong)));
  EXPECT_THAT(metrics_text(&composition.counts, &spine.node(), nullptr),
              HasSubstr("\noptare_authentication_failures_total 1\n"));
}

}  // namespace
}  // namespace optare
