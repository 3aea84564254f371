#include "tests/support/alert_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <regex>
#include <span>
#include <sstream>
#include <stdexcept>

#include "tests/support/process.h"
#include "tests/support/temporary_directory.h"

namespace optare {
namespace {

constexpr int scrapes = 120 * 4;
constexpr int scrapes_since_rise = 3 * 4;
constexpr const char* moment = "2h";
// promtool keeps 10,000 samples of a question in mind, and no more.
constexpr std::size_t together_max = 4;

std::vector<std::smatch> all_of(const std::string& text, const std::regex& pattern) {
  return {std::sregex_iterator(text.begin(), text.end(), pattern), std::sregex_iterator()};
}

// The metrics that rules name.
std::set<std::string> that_count() {
  std::set<std::string> names;
  for (const YAML::Node& rule : alert_rules())
    for (const Selector& one : selectors(rule["expr"].as<std::string>())) names.insert(one.metric);
  return names;
}

// As a server knows it that scrapes the node.
std::string scraped(const std::string& series, std::size_t node) {
  const std::string target = fmt::format(R"(job="optare",instance="{}")", node);
  const auto brace = series.find('{');
  if (brace == std::string::npos) return series + '{' + target + '}';
  return series.substr(0, brace + 1) + target + ',' + series.substr(brace + 1);
}

// In promtool's own language: a series that rules ask the increase of, or that only appears.
std::string values_of(double before, double now, Rise rise) {
  constexpr int until_rise = scrapes - scrapes_since_rise;
  const std::string since = fmt::format("{}+0x{}", now, scrapes_since_rise);
  switch (rise) {
    case Rise::steady:
      return fmt::format("{}{:+}x{}", now, now - before, scrapes);
    case Rise::once:
      return fmt::format("{}+0x{} {}", before, until_rise, since);
    case Rise::from_nothing:
      return fmt::format("_x{} {}", until_rise, since);
  }
  return {};
}

YAML::Node input_of(std::span<const Course> courses) {
  const auto count = that_count();
  const auto grow = that_grow();
  YAML::Node all;
  for (std::size_t node = 0; node < courses.size(); ++node) {
    const auto& earlier = courses[node].before.values();
    for (const auto& [series, value] : courses[node].now.values()) {
      const std::string name = series.substr(0, series.find('{'));
      if (!count.contains(name)) continue;
      const auto before = earlier.find(series);
      const bool grows = grow.contains(name) && before != earlier.end();
      const Rise rise = courses[node].rise;
      YAML::Node input;
      input["series"] = scraped(series, node);
      input["values"] = grows || rise == Rise::from_nothing
                            ? values_of(grows ? before->second : value, value, rise)
                            : values_of(value, value, Rise::steady);
      all.push_back(input);
    }
  }
  return all;
}

// One that expects that no alert fires, so that those that do are named.
YAML::Node unit_test(std::span<const Course> courses) {
  YAML::Node test;
  test["interval"] = "15s";
  test["input_series"] = input_of(courses);
  for (const std::string& name : alert_names()) {
    YAML::Node nothing;
    nothing["eval_time"] = moment;
    nothing["alertname"] = name;
    nothing["exp_alerts"] = YAML::Node(YAML::NodeType::Sequence);
    test["alert_rule_test"].push_back(nothing);
  }
  return test;
}

}  // namespace

std::vector<YAML::Node> alert_rules() {
  std::vector<YAML::Node> rules;
  for (const auto& group : YAML::LoadFile(OPTARE_SOURCE_DIR "/ops/alerts.yml")["groups"])
    for (const auto& rule : group["rules"]) rules.push_back(rule);
  return rules;
}

std::set<std::string> that_grow() {
  static const std::regex increase(R"(increase\((\w+))");
  std::set<std::string> names;
  for (const YAML::Node& rule : alert_rules()) {
    const auto expression = rule["expr"].as<std::string>();
    for (const std::smatch& match : all_of(expression, increase)) names.insert(match[1]);
  }
  return names;
}

std::set<std::string> alert_names() {
  std::set<std::string> names;
  for (const YAML::Node& rule : alert_rules()) names.insert(rule["alert"].as<std::string>());
  return names;
}

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

std::vector<std::string> not_told(const Selector& selector, const Scrape& scrape) {
  const std::string metrics = '\n' + scrape.text();
  std::vector<std::string> missing;
  for (const auto& [label, values] : selector.labels) {
    std::istringstream alternatives(values);
    for (std::string value; std::getline(alternatives, value, '|');) {
      const std::regex series("\n" + selector.metric + "\\{[^}]*" + label + "=\"" + value + '"');
      if (!std::regex_search(metrics, series)) missing.push_back(label + '=' + value);
    }
  }
  if (!std::regex_search(metrics, std::regex("\n" + selector.metric + "[{ ]")))
    missing.push_back(selector.metric);
  return missing;
}

namespace {

// What promtool says of all of them.
std::string told_together(std::span<const Course> courses) {
  const TemporaryDirectory folder;
  YAML::Node tests;
  tests["rule_files"].push_back(OPTARE_SOURCE_DIR "/ops/alerts.yml");
  tests["evaluation_interval"] = "1m";
  tests["tests"].push_back(unit_test(courses));
  std::ofstream(folder / "test.yml") << tests << '\n';
  const Ended ended = run({.arguments = {OPTARE_SOURCE_DIR "/ops/promtool", "test", "rules",
                                         (folder / "test.yml").string()}});
  std::string said = ended.out + ended.err;
  if (ended.code > 1 || (ended.code == 0) == said.contains("Labels:{alertname="))
    throw std::runtime_error(fmt::format("promtool ended with {}:\n{}", ended.code, said));
  return said;
}

std::vector<std::set<std::string>> firing_together(std::span<const Course> courses) {
  static const std::regex one_that_fires(R"re(Labels:\{alertname="(\w+)", instance="(\d+)")re");
  const std::string said = told_together(courses);
  std::vector<std::set<std::string>> names(courses.size());
  for (const std::smatch& match : all_of(said, one_that_fires))
    names.at(std::stoul(match[2])).insert(match[1]);
  return names;
}

}  // namespace

std::vector<std::set<std::string>> firing(const std::vector<Course>& courses) {
  std::vector<std::set<std::string>> all;
  for (std::size_t at = 0; at < courses.size(); at += together_max) {
    const std::span rest = std::span(courses).subspan(at);
    for (auto& names : firing_together(rest.first(std::min(rest.size(), together_max))))
      all.push_back(std::move(names));
  }
  return all;
}

std::set<std::string> summaries(const Scrape& now) {
  static const std::regex summary(R"re(summary="([^"]*)")re");
  const Course course{now, now};
  const std::string said = told_together(std::span(&course, 1));
  std::set<std::string> found;
  for (const std::smatch& match : all_of(said, summary)) found.insert(match[1]);
  return found;
}

}  // namespace optare
