#include "ops/health.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "tests/support/spine.h"

namespace optare {
namespace {

namespace json = boost::json;
using testing::HasSubstr;
using testing::Not;

json::object body_of(const Health& health) {
  return json::parse(health.readiness().json).as_object();
}

TEST(Health, SaysHowFarTheStartIs) {
  Progress progress;
  Health health(progress);
  progress.report("making projections again", "commits", 512, 1024);
  EXPECT_FALSE(health.readiness().ready);
  const auto body = body_of(health);
  EXPECT_EQ(body.at("status"), "starting");
  EXPECT_THAT(std::string(body.at("progress").as_string()),
              HasSubstr("making projections again: 512 of 1024 commits"));
}

TEST(Health, IsReadyOnceTheNodeRuns) {
  Spine spine;
  const Progress progress;
  Health health(progress);
  health.running(&spine.node(), &spine.composition().counts, nullptr);
  EXPECT_TRUE(health.readiness().ready);
  const auto body = body_of(health);
  EXPECT_EQ(body.at("status"), "ready");
  EXPECT_EQ(body.at("position"), 1);
  const auto& first = body.at("projections").as_array().front().as_object();
  for (const char* member : {"name", "version", "position", "lag", "state"})
    EXPECT_TRUE(first.contains(member)) << member;
  health.stopping();
  EXPECT_FALSE(health.readiness().ready);
  EXPECT_EQ(body_of(health).at("status"), "stopping");
}

TEST(Health, IsDegradedAndReadyWithAQuarantinedStream) {
  Spine spine;
  const auto client = spine.create_client();
  const auto stream = application_stream(ClientId(client.id));
  CommandRunner::Request request;
  request.name = "Test";
  request.subject = stream;
  request.decide = [&](const CommandContext&) -> Result<Decision> {
    return write(stream, 1, {SecretExpired{.secret_id = "sec_never"}});
  };
  ASSERT_TRUE(spine.run_task(spine.node().runner.run(request, {})));
  const Progress progress;
  Health health(progress);
  health.running(&spine.node(), &spine.composition().counts, nullptr);
  EXPECT_TRUE(health.readiness().ready);
  const auto body = body_of(health);
  EXPECT_EQ(body.at("status"), "degraded");
  EXPECT_EQ(body.at("quarantined").as_array().front().at("stream").as_string(), stream);
}

TEST(Health, IsUnavailableOnceTheViewIsTooOld) {
  Spine spine;
  const Progress progress;
  Health health(progress);
  health.running(&spine.node(), nullptr, nullptr);
  spine.node().following.reset();  // Nobody hears from the log any more.
  spine.clock.advance(std::chrono::seconds(15));
  EXPECT_TRUE(health.readiness().ready);
  EXPECT_EQ(spine.request_token(spine.admin(), "").status, 200);
  spine.clock.advance(std::chrono::milliseconds(1));
  EXPECT_FALSE(health.readiness().ready);
  EXPECT_THAT(health.readiness().json, HasSubstr("not_fresh"));
  EXPECT_EQ(spine.request_token(spine.admin(), "").status, 503);
}

TEST(Health, IsUnavailableOnceTheNodeStopped) {
  Spine spine;
  const Progress progress;
  Health health(progress);
  health.running(&spine.node(), nullptr, nullptr);
  spine.node().states.stop("the log has another history");
  EXPECT_FALSE(health.readiness().ready);
  EXPECT_THAT(health.readiness().json, HasSubstr("the log has another history"));
}

TEST(Metrics, CountRequestsByRouteAndStatus) {
  Spine spine;
  RequestCounts& counts = spine.composition().counts;
  Request request;
  request.method = Method::post;
  request.route = "/oauth2/token";
  counts.request_finished(request, {.status = 200, .duration = std::chrono::microseconds(300)});
  counts.request_finished(request, {.status = 401, .duration = std::chrono::microseconds(700)});
  request.route = {};
  counts.request_finished(request, {.status = 404, .duration = std::chrono::seconds(60)});
  const std::string text = metrics_text(&counts, &spine.node(), nullptr);
  EXPECT_THAT(text, HasSubstr("optare_http_requests_total{method=\"POST\",route=\"/oauth2/token\","
                              "status=\"200\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("status=\"401\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("route=\"none\",status=\"404\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("route=\"/oauth2/token\",le=\"0.0005\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("route=\"/oauth2/token\",le=\"0.001\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("route=\"none\",le=\"10\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("optare_log_position{partition=\"control\"} 1\n"));
}

TEST(Metrics, NameEachFamilyOnce) {
  Spine spine;
  const std::string text = metrics_text(&spine.composition().counts, &spine.node(), nullptr);
  std::set<std::string> names;
  for (std::size_t at = text.find("# TYPE "); at != std::string::npos;
       at = text.find("# TYPE ", at + 1)) {
    const auto name = text.substr(at + 7, text.find(' ', at + 7) - at - 7);
    EXPECT_TRUE(names.insert(name).second) << name;
  }
  EXPECT_GT(names.size(), 10U);
}

}  // namespace
}  // namespace optare
