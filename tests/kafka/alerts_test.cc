// What ops/alerts.yml makes of what a node on Kafka tells: each alert fires where it should, and
// not a step before. Those that real trouble makes fire: metrics_test.cc.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>

#include "tests/support/alert_rules.h"
#include "tests/support/fleet.h"

namespace optare {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr double gib = 1 << 30;

// What one series says, or how much more it says with each scrape.
struct Told {
  std::string series;
  double value = 0;
  bool more = false;
};
struct Case {
  std::string alert;
  std::vector<Told> bad;
  std::vector<Told> nearly;
};

std::string voids(const std::string& reason) {
  return R"(optare_log_void_records_total{reason=")" + reason + R"("})";
}
const std::string admitted = R"(optare_log_position{partition="control"})";
std::string skew(const std::string& partition) {
  return R"(optare_kafka_clock_skew_seconds{partition=")" + partition + R"("})";
}

// A rise of one with each scrape, four a minute.
std::vector<Case> cases(const std::string& control) {
  const std::string not_fresh =
      R"(optare_fail_closed_answers_total{method="POST",route="/oauth2/token",reason="not-fresh"})";
  const std::string quarantined =
      R"(optare_fail_closed_answers_total{method="POST",route="/oauth2/introspect",reason="quarantined"})";
  const std::string in_sync =
      R"(optare_kafka_topic_replicas{topic=")" + control + R"(",state="in_sync"})";
  const std::string queue = "optare_issuance_forward_queue";
  const std::string age = "optare_issuance_forward_age_seconds";
  const auto writable = [](const std::string& store) {
    return R"(optare_store_writable{store=")" + store + R"("})";
  };
  std::vector<Case> all{
      {"OptareViewOld", {{"optare_view_age_seconds", 10.1}}, {{"optare_view_age_seconds", 10}}},
      {"OptareFailsClosed", {{not_fresh, 0.3, true}}, {{not_fresh, 0.2, true}}},
      {"OptareFailsClosed", {{quarantined, 1, true}}, {{quarantined, 0.2, true}}},
      {"OptareStreamQuarantined",
       {{"optare_quarantined_streams", 1}},
       {{"optare_quarantined_streams", 0}}},
      {"OptareCommitsUnknown",
       {{R"(optare_commits_total{outcome="unknown"})", 1, true}},
       {{R"(optare_commits_total{outcome="void"})", 1, true},
        {R"(optare_commits_total{outcome="failed"})", 1, true}}},
      {"OptareTopicUnderReplicated", {{in_sync, 2}}, {{in_sync, 3}}},
      {"OptareForwardQueue", {{queue, 1}, {age, 61}}, {{queue, 1}, {age, 60}}},
      {"OptareForwardQueue", {{queue, 1}, {age, 61}}, {{queue, 0}, {age, 61}}},
      {"OptareIssuanceLost",
       {{"optare_issuance_forward_lost_total", 1, true}},
       {{"optare_issuance_forwarded_total", 1, true}}},
      {"OptareTopicWrong", {{"optare_kafka_topics_wrong", 1}}, {{"optare_kafka_topics_wrong", 0}}},
      {"OptareDiskLow",
       {{"optare_disk_free_bytes", 1.9 * gib}},
       {{"optare_disk_free_bytes", 2 * gib}}},
      {"OptareForeignRecords",
       {{"optare_vault_foreign_records_total", 1, true}},
       {{R"(optare_commits_total{outcome="void"})", 1, true}}},
  };
  for (const char* reason : {"deadline", "view", "version"}) {
    all.push_back({"OptareVoidsPerCommit",
                   {{voids(reason), 2, true}, {admitted, 1, true}},
                   {{voids(reason), 2, true}, {admitted, 3, true}}});
    all.push_back({"OptareVoidsPerCommit",
                   {{voids(reason), 0.5, true}},
                   {{voids(reason), 0.3, true}}});  // 18 in a quarter of an hour: too few to tell
  }
  for (const char* reason : {"frame", "key", "mac", "payload"}) {
    all.push_back(
        {"OptareForeignRecords", {{voids(reason), 1, true}}, {{voids("level"), 1, true}}});
  }
  for (const char* partition : {"control", "tokens-00"}) {
    for (const double sign : {1.0, -1.0})
      all.push_back(
          {"OptareClockSkew", {{skew(partition), sign * 1.1}}, {{skew(partition), sign}}});
  }
  for (const char* store : {"log", "view", "spool"})
    all.push_back({"OptareStoreNotWritable", {{writable(store), 0}}, {{writable(store), 1}}});
  return all;
}

// Where the first one is the operator's to know.
std::vector<std::pair<std::string, std::string>> that_one_is_enough_of() {
  std::vector<std::pair<std::string, std::string>> all{
      {"OptareCommitsUnknown", R"(optare_commits_total{outcome="unknown"})"},
      {"OptareIssuanceLost", "optare_issuance_forward_lost_total"},
      {"OptareForeignRecords", "optare_vault_foreign_records_total"}};
  for (const char* reason : {"frame", "key", "mac", "payload"})
    all.emplace_back("OptareForeignRecords", voids(reason));
  return all;
}

Course course(const Scrape& well, const std::vector<Told>& told) {
  Scrape now = well;
  for (const Told& each : told)
    now = now.with(each.series, each.more ? well.at(each.series) + each.value : each.value);
  return {well, now};
}

class AlertsOnKafka : public testing::Test {
 protected:
  AlertsOnKafka() {
    EXPECT_EQ(fleet.init().code, 0);
    node.start(fleet.flags());
    fleet.create(node, "https://api.example.com");
    wait_until(
        "its tokens' records to be in their topic, and three copies of each topic",
        [&] {
          told.emplace(node.ops("/metrics").body);
          return told->at("optare_issuance_forward_queue") == 0 &&
                 told->sum("optare_kafka_topic_replicas") == 4 * (3 + 3) &&
                 told->values().contains(skew("control")) &&
                 told->values().contains(skew("tokens-00"));
        },
        topics_seen_max);
  }
  // How full this machine's disk is, and how busy it is, is not what is tried.
  Scrape told_well() const {
    return told->with("optare_disk_free_bytes", 2 * gib).with("optare_view_age_seconds", 0.1);
  }

  const Fleet fleet;
  ServerProcess node;
  std::optional<Scrape> told;  // when all was well
};

// Else nobody would see it rise to one.
TEST_F(AlertsOnKafka, AskTheIncreaseOfWhatIsToldFromTheStartOn) {
  ServerProcess fresh;
  fresh.start(fleet.flags());
  const Scrape first(fresh.ops("/metrics").body);
  for (const YAML::Node& rule : alert_rules()) {
    for (const Selector& selector : selectors(rule["expr"].as<std::string>())) {
      if (that_grow().contains(selector.metric))
        EXPECT_THAT(not_told(selector, first), IsEmpty()) << selector.metric;
    }
  }
}

// Whoever is looked at each 15 s may do it once and never again, or before he was looked at.
TEST_F(AlertsOnKafka, FireForTheFirstOne) {
  const Scrape well = told_well();
  std::vector<Course> courses{{well, well, Rise::from_nothing}};
  Scrape long_ago = well;
  for (const auto& [alert, series] : that_one_is_enough_of()) {
    EXPECT_EQ(well.at(series), 0) << series;
    const Scrape now = well.with(series, 1);
    long_ago = long_ago.with(series, 1);
    courses.push_back({well, now, Rise::once});
    courses.push_back({well, now, Rise::from_nothing});
  }
  courses.push_back({long_ago, long_ago});
  const std::string closed =
      R"(optare_fail_closed_answers_total{method="POST",route="/oauth2/token",reason="not-fresh"})";
  courses.push_back({well, well.with(closed, well.at(closed) + 6), Rise::once});
  courses.push_back({well, well.with(closed, well.at(closed) + 4), Rise::once});

  const auto fire = firing(courses);
  std::size_t next = 0;
  EXPECT_THAT(fire.at(next++), IsEmpty()) << "a node that was started";
  for (const auto& [alert, series] : that_one_is_enough_of()) {
    EXPECT_THAT(fire.at(next++), ElementsAre(alert)) << series << ", once";
    EXPECT_THAT(fire.at(next++), ElementsAre(alert)) << series << ", from nothing";
  }
  EXPECT_THAT(fire.at(next++), IsEmpty()) << "long ago";
  EXPECT_THAT(fire.at(next++), ElementsAre("OptareFailsClosed"));
  EXPECT_THAT(fire.at(next++), IsEmpty());
}

TEST_F(AlertsOnKafka, SelectWhatTheNodeTells) {
  for (const YAML::Node& rule : alert_rules()) {
    for (const Selector& selector : selectors(rule["expr"].as<std::string>()))
      EXPECT_THAT(not_told(selector, *told), IsEmpty()) << selector.metric;
  }
}

TEST_F(AlertsOnKafka, FireEachForWhatItIsThere) {
  const Scrape well = told_well();
  EXPECT_THAT(firing(well), IsEmpty());
  const auto all = cases(fleet.prefix + ".control");
  std::vector<Course> courses;
  for (const Case& each : all)
    for (const auto& one : {each.bad, each.nearly}) courses.push_back(course(well, one));
  const auto fire = firing(courses);
  std::set<std::string> tried;
  for (std::size_t i = 0; i < all.size(); ++i) {
    EXPECT_THAT(fire[2 * i], ElementsAre(all[i].alert)) << all[i].bad.front().series;
    EXPECT_THAT(fire[2 * i + 1], IsEmpty()) << all[i].nearly.front().series;
    tried.insert(all[i].alert);
  }
  EXPECT_EQ(tried, alert_names());
}

}  // namespace
}  // namespace optare
