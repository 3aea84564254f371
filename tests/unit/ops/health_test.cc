#include "ops/health.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "core/base/encoding.h"
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

json::object status_of(const Health& health, const std::string& query = {}) {
  const auto status = health.status(query);
  EXPECT_TRUE(status) << status.error().detail;
  return json::parse(*status).as_object();
}

TEST(NodeStatus, SaysWhereTheNodeIs) {
  Spine spine;
  spine.create_client();
  const Progress progress;
  Health health(progress);
  EXPECT_EQ(status_of(health).at("status"), "starting");
  EXPECT_EQ(status_of(health).at("feature_level").at("supported"), feature_level_supported);
  health.running(&spine.node(), nullptr, nullptr);
  const json::object said = status_of(health);
  EXPECT_EQ(said.at("status"), "ready");
  EXPECT_EQ(said.at("node").as_string(), spine.node().node_id);
  EXPECT_EQ(said.at("feature_level").at("raised"), 1);
  const View view = spine.node().states.view(Partition::control);
  const json::value& control = said.at("partitions").at(0);
  EXPECT_EQ(control.at("partition"), "control");
  EXPECT_EQ(control.at("position"), view.ordinal);
  EXPECT_EQ(control.at("hash").as_string(), hex(view.hash));
  EXPECT_EQ(json::serialize(said).find(hex(spine.node().identity.log_id)), std::string::npos);
}

TEST(NodeStatus, TellsTheHashAtAPositionThatItHasBeen) {
  Spine spine;
  const std::string first = hex(spine.node().states.view(Partition::control).hash);
  spine.create_client();
  const std::string second = hex(spine.node().states.view(Partition::control).hash);
  const Progress progress;
  Health health(progress);
  health.running(&spine.node(), nullptr, nullptr);
  const auto hash_at = [&](const std::string& position) -> json::value {
    return status_of(health, "control=" + position)
        .at("partitions")
        .at(0)
        .at("compared")
        .at("hash");
  };
  EXPECT_EQ(hash_at("1").as_string(), first);
  EXPECT_EQ(hash_at("2").as_string(), second);
  EXPECT_TRUE(hash_at("3").is_null());
  EXPECT_EQ(hash_at("0").as_string(), std::string(64, '0'));
  for (const char* query : {"control=", "control=-1", "control=1x", "tokens=1", "x"})
    EXPECT_FALSE(health.status(query)) << query;
}

TEST(NodeStatus, SaysWhatIsNotWell) {
  Spine spine;
  const Progress progress;
  Health health(progress);
  health.running(&spine.node(), nullptr, nullptr);
  spine.node().states.stop("the log has another history");
  EXPECT_EQ(status_of(health).at("status"), "unavailable");
  EXPECT_EQ(status_of(health).at("reasons").at(0).at("detail"), "the log has another history");
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
