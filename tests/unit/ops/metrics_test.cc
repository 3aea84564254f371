// What each metric counts: an operator decides by it.
#include "ops/metrics.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <thread>

#include "ops/health.h"
#include "tests/support/spine.h"

namespace optare {
namespace {

class MetricValues : public testing::Test {
 protected:
  // The value of one series: its name, with labels.
  double value(const std::string& series) {
    const std::string text = metrics_text(&counts, &spine.node(), nullptr);
    const auto at = text.find('\n' + series + ' ');
    EXPECT_NE(at, std::string::npos) << series;
    return at == std::string::npos ? -1 : std::stod(text.substr(at + series.size() + 2));
  }
  void append_garbage() {
    spine.node().log.append(Partition::control, "no frame", [](Append) {});
  }

  Spine spine;
  RequestCounts& counts = spine.composition().counts;
};

TEST_F(MetricValues, OfConnectionsAndRefusals) {
  for (int i = 0; i < 3; ++i) counts.connection_opened();
  counts.connection_closed();
  counts.request_shed();
  for (int i = 0; i < 2; ++i) counts.connection_refused();
  for (int i = 0; i < 4; ++i) counts.handler_failed({}, "a test");
  counts.certificate_read({});
  counts.certificate_read(reject(Code::invalid, "a test"));
  for (int i = 0; i < 5; ++i) counts.authentication_failed("srv_a", "wrong secret", "id");
  EXPECT_EQ(value("optare_http_connections"), 2);
  EXPECT_EQ(value("optare_http_requests_shed_total"), 1);
  EXPECT_EQ(value("optare_http_connections_refused_total"), 2);
  EXPECT_EQ(value("optare_http_handler_faults_total"), 4);
  EXPECT_EQ(value("optare_tls_certificate_faults_total"), 1);
  EXPECT_EQ(value("optare_authentication_failures_total"), 5);
}

TEST_F(MetricValues, OfCommitsAndRecordsThatDoNotCount) {
  const double done = value(R"(optare_commits_total{outcome="done"})");
  const double position = value(R"(optare_log_position{partition="control"})");
  spine.create_client();
  EXPECT_EQ(value(R"(optare_commits_total{outcome="done"})"), done + 1);
  EXPECT_EQ(value(R"(optare_log_position{partition="control"})"), position + 1);
  EXPECT_EQ(value("optare_commits_under_way"), 0);
  EXPECT_EQ(value(R"(optare_log_void_records_total{reason="frame"})"), 0);
  append_garbage();
  // It is counted once it was passed.
  while (value(R"(optare_log_void_records_total{reason="frame"})") < 1) std::this_thread::yield();
  EXPECT_EQ(spine.node().log.end(Partition::control), 3U);
  EXPECT_EQ(value(R"(optare_log_void_records_total{reason="frame"})"), 1);
  EXPECT_EQ(value(R"(optare_log_void_records_total{reason="mac"})"), 0);
  EXPECT_EQ(value(R"(optare_log_position{partition="control"})"), position + 1);
}

TEST_F(MetricValues, OfWhatIsNotAppliedYet) {
  const Progress progress;
  Health health(progress);
  health.running(&spine.node(), nullptr, nullptr);
  const auto first_projection = [&] {
    return boost::json::parse(health.readiness().json).at("projections").at(0);
  };
  EXPECT_EQ(value(R"(optare_log_lag_records{partition="control"})"), 0);
  EXPECT_EQ(first_projection().at("lag"), 0);
  EXPECT_EQ(first_projection().at("state"), "current");
  EXPECT_EQ(value("optare_view_fresh"), 1);

  spine.node().following.reset();
  append_garbage();
  append_garbage();
  while (spine.node().log.end(Partition::control) < 3) std::this_thread::yield();
  EXPECT_EQ(value(R"(optare_log_lag_records{partition="control"})"), 2);
  EXPECT_EQ(value(R"(optare_log_lag_records{partition="tokens-00"})"), 0);
  EXPECT_EQ(first_projection().at("lag"), 2);
  EXPECT_EQ(first_projection().at("state"), "behind");
  const double age = value("optare_view_age_seconds");
  spine.clock.advance(std::chrono::seconds(15) + std::chrono::milliseconds(1));
  EXPECT_EQ(value("optare_view_fresh"), 0);
  EXPECT_NEAR(value("optare_view_age_seconds"), age + 15.001, 1e-6);
}

// An alert sees a rise only of what was there before.
TEST_F(MetricValues, OfAnswersThatFailClosed) {
  const auto refused = [&](const std::string& route, const std::string& reason) {
    return value("optare_fail_closed_answers_total{method=\"POST\",route=\"" + route +
                 "\",reason=\"" + reason + "\"}");
  };
  const Spine::Client admin = spine.admin();
  const Spine::Client other = spine.create_client();
  const auto ask = [&](const std::string& path, const std::string& form,
                       const Spine::Client& client) {
    Request request;
    request.method = Method::post;
    request.path = path;
    request.headers = {{"Content-Type", "application/x-www-form-urlencoded"}, client.basic()};
    request.body = form;
    const Response response = spine.run_task(spine.composition().routes.dispatch(request));
    counts.request_finished(request, {.status = response.status, .refusal = response.refusal});
    return response.status;
  };
  EXPECT_EQ(ask("/oauth2/token", "grant_type=client_credentials", admin), 200);
  EXPECT_EQ(ask("/oauth2/token", "grant_type=password", admin), 400);
  EXPECT_EQ(refused("/oauth2/token", "not-fresh"), 0);

  spine.node().states.quarantine(application_stream(ClientId(other.id)));
  EXPECT_EQ(ask("/oauth2/token", "grant_type=client_credentials", other), 503);
  EXPECT_EQ(refused("/oauth2/token", "quarantined"), 1);

  spine.node().following.reset();
  spine.clock.advance(std::chrono::seconds(16));
  EXPECT_EQ(ask("/oauth2/token", "grant_type=client_credentials", admin), 503);
  for (int i = 0; i < 2; ++i) EXPECT_EQ(ask("/oauth2/introspect", "token=none", admin), 503);
  EXPECT_EQ(refused("/oauth2/token", "not-fresh"), 1);
  EXPECT_EQ(refused("/oauth2/introspect", "not-fresh"), 2);
  EXPECT_EQ(refused("/oauth2/revoke", "not-fresh"), 0);
}

TEST_F(MetricValues, OfQuarantinedStreamsAndTheDisk) {
  EXPECT_EQ(value("optare_quarantined_streams"), 0);
  spine.node().states.quarantine("application/srv_a");
  EXPECT_EQ(value("optare_quarantined_streams"), 1);
  spine.admin_token();
  const Node& node = spine.node();
  EXPECT_EQ(value(R"(optare_disk_bytes{store="log"})"), static_cast<double>(node.backing.bytes()));
  EXPECT_EQ(value(R"(optare_disk_bytes{store="view"})"), static_cast<double>(node.store.bytes()));
  EXPECT_EQ(value(R"(optare_disk_bytes{store="spool"})"),
            static_cast<double>(node.spool_log.bytes()));
  EXPECT_GT(value("process_resident_memory_bytes"), 1'000'000);
}

}  // namespace
}  // namespace optare
