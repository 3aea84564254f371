// The rules of ops/alerts.yml, and what comes of them.
#pragma once

#include <yaml-cpp/yaml.h>

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "tests/support/scrape.h"

namespace optare {

std::vector<YAML::Node> alert_rules();
std::set<std::string> alert_names();

// optare_commits_total{outcome="unknown"}: one metric of an expression, with what it selects.
struct Selector {
  std::string metric;
  std::map<std::string, std::string> labels;  // name -> regular expression
};
std::vector<Selector> selectors(const std::string& expression);
// What the selector names and the node does not tell; each alternative of a value for itself.
std::vector<std::string> not_told(const Selector& selector, const Scrape& scrape);

// The metrics that rules ask the increase of.
std::set<std::string> that_grow();

// How what rules ask the increase of came from `before` to `now`.
enum class Rise : std::uint8_t {
  steady,        // with each scrape, each 15 s, by as much again
  once,          // three minutes ago, from one scrape to the next
  from_nothing,  // nothing was told before that moment: the node was just started
};
// A node that has told `now` for two hours, but for what grows.
struct Course {
  Scrape before;
  Scrape now;
  Rise rise = Rise::steady;
};
// The alerts that fire for each, says Prometheus' own promtool. Throws when it cannot be asked.
std::vector<std::set<std::string>> firing(const std::vector<Course>& courses);
// The summaries of those that fire, as an operator reads them.
std::set<std::string> summaries(const Scrape& now);
inline std::set<std::string> firing(const Scrape& before, const Scrape& now) {
  return firing(std::vector<Course>{{before, now}}).front();
}
inline std::set<std::string> firing(const Scrape& now) { return firing(now, now); }

}  // namespace optare
