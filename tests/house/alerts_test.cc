// ops/alerts.yml rests on metrics that there are, and the guide says of each alert what to do.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>

#include "tests/support/spine.h"

namespace optare {
namespace {

using testing::AnyOf;
using testing::IsEmpty;

std::string file_text(const std::string& path) {
  std::ifstream file(OPTARE_SOURCE_DIR "/" + path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::vector<std::smatch> all_of(const std::string& text, const std::regex& pattern) {
  return {std::sregex_iterator(text.begin(), text.end(), pattern), std::sregex_iterator()};
}

std::vector<YAML::Node> alerts() {
  std::vector<YAML::Node> rules;
  for (const auto& group : YAML::LoadFile(OPTARE_SOURCE_DIR "/ops/alerts.yml")["groups"])
    for (const auto& rule : group["rules"]) rules.push_back(rule);
  return rules;
}

// optare_commits_total{outcome="unknown"}: one metric of an expression, with what it selects.
struct Selector {
  std::string metric;
  std::map<std::string, std::string> labels;  // name -> regular expression
};
std::vector<Selector> selectors(const std::string& expression) {
  static const std::regex selector(R"(\b((?:optare|process)_[a-z_0-9]+)(?:\{([^}]*)\})?)");
  static const std::regex label(R"re(([a-z_]+)=~?"([^"]*)")re");
  std::vector<Selector> found;
  for (const std::smatch& match : all_of(expression, selector)) {
    Selector& one = found.emplace_back(match[1].str());
    const std::string labels = match[2].str();
    for (const std::smatch& pair : all_of(labels, label)) one.labels[pair[1]] = pair[2];
  }
  return found;
}

// The table of metrics in the guide, which another test holds against the code: name -> labels.
std::map<std::string, std::set<std::string>> documented_metrics() {
  static const std::regex row(R"(\n\| `([a-z_]+)` \| ([a-z, ]*)\|)");
  static const std::regex word("[a-z]+");
  const std::string guide = file_text("ops/README.md");
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
  ASSERT_GE(alerts().size(), 8U);
  for (const YAML::Node& rule : alerts()) {
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
  for (const YAML::Node& rule : alerts()) rules.insert(rule["alert"].as<std::string>());
  std::multiset<std::string> sections;
  const std::string guide = file_text("ops/README.md");
  for (const std::smatch& match : all_of(guide, std::regex("\n### (Optare[A-Za-z]+)\n[^\n#]")))
    sections.insert(match[1]);
  EXPECT_EQ(rules, sections);
}

TEST(Alerts, RestOnMetricsAndLabelsThatThereAre) {
  const auto metrics = documented_metrics();
  EXPECT_EQ(metrics.at("optare_log_void_records_total"), std::set<std::string>{"reason"});
  for (const YAML::Node& rule : alerts()) {
    const auto used = selectors(rule["expr"].as<std::string>());
    EXPECT_FALSE(used.empty()) << rule["alert"];
    for (const Selector& selector : used) {
      ASSERT_TRUE(metrics.contains(selector.metric)) << selector.metric;
      for (const auto& [label, value] : selector.labels)
        EXPECT_TRUE(metrics.at(selector.metric).contains(label)) << selector.metric << ' ' << label;
    }
  }
}

// What of `metrics` the selector names, as a node without Kafka tells it; each alternative of a
// value for itself.
std::vector<std::string> not_found(const Selector& selector, const std::string& metrics) {
  std::vector<std::string> missing;
  for (const auto& [label, values] : selector.labels) {
    std::istringstream alternatives(values);
    for (std::string value; std::getline(alternatives, value, '|');) {
      const std::regex series("\n" + selector.metric + "\\{[^}]*" + label + "=\"" + value + '"');
      if (!std::regex_search(metrics, series)) missing.push_back(label + '=' + value);
    }
  }
  if (!metrics.contains('\n' + selector.metric)) missing.push_back(selector.metric);
  return missing;
}

TEST(Alerts, SelectWhatANodeTells) {
  Spine spine;
  const std::string metrics = metrics_text(&spine.composition().counts, &spine.node(), nullptr);
  std::size_t looked_at = 0;
  for (const YAML::Node& rule : alerts()) {
    for (const Selector& selector : selectors(rule["expr"].as<std::string>())) {
      if (selector.metric.starts_with("optare_kafka_") ||
          selector.metric.starts_with("optare_vault_") ||
          selector.metric.starts_with("optare_issuance_"))
        continue;
      EXPECT_THAT(not_found(selector, metrics), IsEmpty()) << selector.metric;
      ++looked_at;
    }
  }
  EXPECT_GE(looked_at, 8U);
  EXPECT_THAT(not_found({"optare_commits_total", {{"outcome", "done|lost"}}}, metrics),
              testing::ElementsAre("outcome=lost"));
}

}  // namespace
}  // namespace optare
