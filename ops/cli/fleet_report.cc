#include "ops/cli/fleet_report.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <boost/json.hpp>
#include <functional>
#include <utility>

#include "core/log/admission.h"

namespace optare {
namespace {

namespace json = boost::json;

// What is missing or of another type is empty, or 0.
const json::value* member(const json::value& value, std::string_view name) {
  return value.is_object() ? value.get_object().if_contains(json::string_view(name)) : nullptr;
}
std::string text_of(const json::value& value, std::string_view name) {
  const json::value* const text = member(value, name);
  return text != nullptr && text->is_string() ? std::string(text->get_string()) : std::string();
}
std::uint64_t number_of(const json::value& value, std::string_view name) {
  const json::value* const number = member(value, name);
  json::error_code error;
  const auto whole = number != nullptr ? number->to_number<std::uint64_t>(error) : 0;
  return error ? 0 : whole;
}
const json::array& array_of(const json::value& value, std::string_view name) {
  static const json::array none;
  const json::value* const array = member(value, name);
  return array != nullptr && array->is_array() ? array->get_array() : none;
}

void read_report(NodeReport& report) {
  const json::value& said = report.said;
  report.status = text_of(said, "status");
  report.version = text_of(said, "version");
  report.node = text_of(said, "node");
  report.issuer = text_of(said, "issuer");
  report.log = text_of(said, "log");
  if (member(said, "view_age_ms") != nullptr) report.view_age_ms = number_of(said, "view_age_ms");
  if (const json::value* const level = member(said, "feature_level"); level != nullptr) {
    report.level_supported = number_of(*level, "supported");
    report.level_raised = number_of(*level, "raised");
  }
  for (const json::value& part : array_of(said, "partitions")) {
    const json::value* const compared = member(part, "compared");
    report.partitions[text_of(part, "partition")] = {
        .position = number_of(part, "position"),
        .hash = text_of(part, "hash"),
        .lag = number_of(part, "lag"),
        .compared_hash = compared != nullptr ? text_of(*compared, "hash") : std::string()};
  }
  if (auto progress = text_of(said, "progress"); !progress.empty())
    report.reasons.push_back(std::move(progress));
  for (const json::value& reason : array_of(said, "reasons"))
    report.reasons.push_back(text_of(reason, "name") + ": " + text_of(reason, "detail"));
  for (const json::value& stream : array_of(said, "quarantined"))
    report.reasons.push_back("quarantined: " + text_of(stream, "stream"));
}

// Those that say a value, by value; who says none is left out.
using Camps = std::map<std::string, std::vector<std::string>>;
Camps camps_of(std::span<const NodeReport> nodes,
               const std::function<std::string(const NodeReport&)>& value) {
  Camps camps;
  for (const NodeReport& node : nodes)
    if (const std::string said = value(node); !said.empty()) camps[said].push_back(node.url);
  return camps;
}
// "http://a http://b | http://c": nobody here knows who is right.
std::string text_of(const Camps& camps) {
  std::string text;
  for (const auto& [value, urls] : camps)
    text += fmt::format("{}{}", text.empty() ? "" : " | ", fmt::join(urls, " "));
  return text;
}
constexpr std::size_t hash_digits_shown = 8;
std::string with_hashes(const Camps& camps) {
  std::string text;
  for (const auto& [hash, urls] : camps)
    text += fmt::format("{}{} ({})", text.empty() ? "" : " | ", fmt::join(urls, " "),
                        hash.substr(0, hash_digits_shown));
  return text;
}

void look_at_each(std::span<const NodeReport> nodes, std::vector<std::string>& found) {
  for (const NodeReport& node : nodes) {
    if (!node.silence.empty()) {
      found.push_back(fmt::format("{} says nothing: {}", node.url, node.silence));
    } else if (node.status != "ready") {
      found.push_back(fmt::format("{} is {}{}{}", node.url, node.status,
                                  node.reasons.empty() ? "" : ": ", fmt::join(node.reasons, "; ")));
    }
  }
  const Camps names = camps_of(nodes, [](const NodeReport& node) { return node.node; });
  for (const auto& [name, urls] : names) {
    if (urls.size() > 1) {
      found.push_back(fmt::format(
          "{} are one node ({}): its address was given twice, or its data folder was copied",
          fmt::join(urls, " and "), name));
    }
  }
}

void look_at_positions(std::span<const NodeReport> nodes, const std::string& partition,
                       const Goal& goal, std::vector<std::string>& found) {
  std::vector<std::string> not_compared;
  const Camps histories = camps_of(nodes, [&](const NodeReport& node) -> std::string {
    const auto part = node.partitions.find(partition);
    if (part == node.partitions.end()) return {};
    if (part->second.compared_hash.empty() && part->second.position >= goal.compared)
      not_compared.push_back(node.url);
    return part->second.compared_hash;
  });
  if (histories.size() > 1) {
    found.push_back(fmt::format("{} has another history at position {}: {}", partition,
                                goal.compared, with_hashes(histories)));
  }
  if (!not_compared.empty()) {
    found.push_back(fmt::format(
        "{}: histories cannot be compared at position {}: {} keep the last {} positions only",
        partition, goal.compared, fmt::join(not_compared, " "), view_age_max));
  }
  for (const NodeReport& node : nodes) {
    const auto part = node.partitions.find(partition);
    if (part == node.partitions.end() || part->second.position >= goal.reached) continue;
    found.push_back(fmt::format("{} is behind in {}: at position {}, where others were at {}",
                                node.url, partition, part->second.position, goal.reached));
  }
}

}  // namespace

Result<NodeReport> node_report(std::string url, std::string_view body) {
  NodeReport report;
  report.url = std::move(url);
  json::error_code error;
  report.said = json::parse(json::string_view(body), error);
  if (!error) read_report(report);
  if (report.status.empty() || report.level_supported == 0) {
    return reject(Code::malformed,
                  "its answer is not that of a node: is this its operations listener?");
  }
  return report;
}

NodeReport silent_node(std::string url, std::string why) {
  NodeReport report;
  report.url = std::move(url);
  report.silence = std::move(why);
  return report;
}

Goals goals_of(std::span<const NodeReport> nodes) {
  Goals goals;
  for (const NodeReport& node : nodes) {
    for (const auto& [name, part] : node.partitions) {
      const auto [at, first] = goals.try_emplace(name, Goal{part.position, part.position});
      if (first) continue;
      at->second.compared = std::min(at->second.compared, part.position);
      at->second.reached = std::max(at->second.reached, part.position);
    }
  }
  return goals;
}

bool reached(std::span<const NodeReport> nodes, const Goals& goals) {
  return std::ranges::all_of(nodes, [&](const NodeReport& node) {
    return std::ranges::all_of(node.partitions, [&](const auto& part) {
      const auto goal = goals.find(part.first);
      return goal == goals.end() || part.second.position >= goal->second.reached;
    });
  });
}

std::vector<std::string> findings(std::span<const NodeReport> nodes, const Goals& goals) {
  std::vector<std::string> found;
  look_at_each(nodes, found);
  const Camps logs = camps_of(nodes, [](const NodeReport& node) { return node.log; });
  if (logs.size() > 1) {
    found.push_back(
        fmt::format("these are nodes of {} deployments: {}", logs.size(), text_of(logs)));
  } else {
    for (const auto& [partition, goal] : goals) look_at_positions(nodes, partition, goal, found);
  }
  const Camps issuers = camps_of(nodes, [](const NodeReport& node) { return node.issuer; });
  if (logs.size() == 1 && issuers.size() > 1)
    found.push_back(fmt::format("issuers differ: {}", text_of(issuers)));
  const Camps levels = camps_of(nodes, [](const NodeReport& node) {
    return node.silence.empty() ? std::to_string(node.level_supported) : std::string();
  });
  if (levels.size() > 1) {
    std::vector<std::string> told;
    for (const auto& [level, urls] : levels)
      told.push_back(fmt::format("{} ({})", fmt::join(urls, " "), level));
    found.push_back(fmt::format("builds understand different feature levels, raise none: {}",
                                fmt::join(told, " | ")));
  }
  return found;
}

}  // namespace optare
