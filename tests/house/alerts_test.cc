// ops/alerts.yml rests on metrics that there are, and the guide says of each alert what to do.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <map>
#include <regex>
#include <set>

#include "tests/support/alert_rules.h"
#include "tests/support/process.h"
#include "tests/support/spine.h"

namespace optare {
namespace {

using testing::AnyOf;
using testing::IsEmpty;

std::vector<std::smatch> all_of(const std::string& text, const std::regex& pattern) {
  return {std::sregex_iterator(text.begin(), text.end(), pattern), std::sregex_iterator()};
}

// The table of metrics in the guide, which another test holds against the code: name -> labels.
std::map<std::string, std::set<std::string>> documented_metrics() {
  static const std::regex row(R"(\n\| `([a-z_]+)` \| ([a-z, ]*)\|)");
  static const std::regex word("[a-z]+");
  const std::string guide = file_text(OPTARE_SOURCE_DIR "/ops/README.md");
  const auto begin = guide.find("<!-- metrics");
  const std::string table = guide.substr(begin, guide.find("<!-- end of metrics") - begin);
  std::map<std::string, std::set<std::string>> metrics;
  for (const std::smatch& match : all_of(table, row)) {
    const std::string labels = match[2].str();
    for (const std::smatch& name : all_of(labels, word)) metrics[match[1]].insert(name[0]);
    metrics[match[1]];
  }
  return metrics;
}

std::string runbook_of(std::string alert) {
  std::ranges::transform(alert, alert.begin(), [](unsigned char c) { return std::tolower(c); });
  return "ops/README.md#" + alert;
}

TEST(Alerts, SayHowBadItIsAndWhatToDo) {
  ASSERT_GE(alert_rules().size(), 8U);
  for (const YAML::Node& rule : alert_rules()) {
    const auto name = rule["alert"].as<std::string>();
    EXPECT_THAT(rule["labels"]["severity"].as<std::string>(), AnyOf("warning", "critical")) << name;
    const YAML::Node told = rule["annotations"];
    for (const char* part : {"summary", "description"})
      EXPECT_GT(told[part].as<std::string>().size(), 20U) << name << ' ' << part;
    EXPECT_EQ(told["runbook"].as<std::string>(), runbook_of(name));
    for (const auto& member : rule) {
      EXPECT_THAT(member.first.as<std::string>(),
                  AnyOf("alert", "expr", "for", "labels", "annotations"))
          << name;
    }
  }
}

TEST(Alerts, HaveASectionOfTheGuideEach) {
  std::multiset<std::string> rules;
  for (const YAML::Node& rule : alert_rules()) rules.insert(rule["alert"].as<std::string>());
  std::multiset<std::string> sections;
  const std::string guide = file_text(OPTARE_SOURCE_DIR "/ops/README.md");
  for (const std::smatch& match : all_of(guide, std::regex("\n### (Optare[A-Za-z]+)\n[^\n#]")))
    sections.insert(match[1]);
  EXPECT_EQ(rules, sections);
}

TEST(Alerts, RestOnMetricsAndLabelsThatThereAre) {
  const auto metrics = documented_metrics();
  EXPECT_EQ(metrics.at("optare_log_void_records_total"), std::set<std::string>{"reason"});
  for (const YAML::Node& rule : alert_rules()) {
    const auto used = selectors(rule["expr"].as<std::string>());
    EXPECT_FALSE(used.empty()) << rule["alert"];
    for (const Selector& selector : used) {
      ASSERT_TRUE(metrics.contains(selector.metric)) << selector.metric;
      for (const auto& [label, value] : selector.labels)
        EXPECT_TRUE(metrics.at(selector.metric).contains(label)) << selector.metric << ' ' << label;
    }
  }
}

// What only a node on Kafka tells: tests/kafka/alerts_test.cc.
bool is_of_kafka(const Selector& selector) {
  return std::ranges::any_of(
      std::array{"optare_kafka_", "optare_vault_", "optare_issuance_"},
      [&](const char* prefix) { return selector.metric.starts_with(prefix); });
}

TEST(Alerts, SelectWhatANodeWithoutKafkaTells) {
  Spine spine;
  const Scrape scrape(metrics_text(&spine.composition().counts, &spine.node(), nullptr));
  std::size_t looked_at = 0;
  for (const YAML::Node& rule : alert_rules()) {
    for (const Selector& selector : selectors(rule["expr"].as<std::string>())) {
      if (is_of_kafka(selector)) continue;
      EXPECT_THAT(not_told(selector, scrape), IsEmpty()) << selector.metric;
      ++looked_at;
    }
  }
  EXPECT_GE(looked_at, 8U);
  EXPECT_THAT(not_told({"optare_commits_total", {{"outcome", "done|lost"}}}, scrape),
              testing::ElementsAre("outcome=lost"));
}

TEST(Alerts, AreRulesAsPrometheusWantsThem) {
  const Ended checked = run({.arguments = {OPTARE_SOURCE_DIR "/ops/promtool", "check", "rules",
                                           OPTARE_SOURCE_DIR "/ops/alerts.yml"}});
  EXPECT_EQ(checked.code, 0) << checked.out << checked.err;
  EXPECT_THAT(checked.out, testing::HasSubstr(fmt::format("{} rules found", alert_rules().size())));
}

}  // namespace
}  // namespace optare
