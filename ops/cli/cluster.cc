// optare cluster status: asks each node, and says whether they go together.
#include <fmt/format.h>

#include <boost/json.hpp>
#include <future>
#include <ostream>

#include "core/log/event_log.h"
#include "ops/cli/command.h"
#include "ops/cli/fleet_report.h"
#include "ops/cli/output.h"

namespace optare {
namespace {

namespace json = boost::json;

constexpr std::size_t nodes_max = 64;                      // asked at once, a thread each; ours
constexpr std::chrono::seconds node_connect_max{3};        // ours
constexpr std::chrono::milliseconds ask_again_after{200};  // ours
// A node has so long to reach what another one had applied when first asked (contracts.md G).
constexpr int asked_again_max = 10;

struct ClusterStatus {
  std::vector<std::string> nodes{"http://127.0.0.1:9090"};
};

CliResult<std::vector<std::string>> urls_of(const std::vector<std::string>& nodes) {
  std::vector<std::string> urls;
  for (const std::string& node : nodes) {
    std::string url = node.find("://") == node.npos ? "http://" + node : node;
    while (url.ends_with('/')) url.pop_back();
    const auto parsed = parse_url(url);
    if (!parsed || parsed->target != "/") {
      return fail(ExitCode::usage, fmt::format("'{}' is no address of a node", node), {},
                  "--nodes names their operations listeners: http://a:9090,http://b:9090");
    }
    urls.push_back(std::move(url));
  }
  if (urls.size() > nodes_max)
    return fail(ExitCode::usage, fmt::format("more than {} nodes", nodes_max));
  return urls;
}

NodeReport ask(const HttpClient& http, const std::string& url, const std::string& query) {
  const auto answer =
      http.send({.url = url + "/statusz" + query, .headers = {{"Accept", "application/json"}}});
  if (!answer) return silent_node(url, answer.error().detail);
  if (!answer->ok()) {
    return silent_node(url, fmt::format("it answers {} for /statusz: is this its operations "
                                        "listener? It is on ops_listen, by default port 9090",
                                        answer->status));
  }
  auto report = node_report(url, answer->body);
  return report ? *std::move(report) : silent_node(url, report.error().detail);
}

// All at once. Who said nothing before is not waited for again.
void ask_all(const HttpClient& http, std::vector<NodeReport>& nodes, const Goals& goals) {
  std::string query;
  for (const auto& [partition, goal] : goals)
    query += fmt::format("{}{}={}", query.empty() ? '?' : '&', partition, goal.compared);
  std::vector<std::future<void>> asked;
  for (NodeReport& node : nodes) {
    if (!node.silence.empty()) continue;
    asked.push_back(std::async(std::launch::async, [&] { node = ask(http, node.url, query); }));
  }
  for (auto& answer : asked) answer.get();
}

std::string place_of(const NodeReport& node, const std::string& partition) {
  const auto part = node.partitions.find(partition);
  if (part == node.partitions.end()) return "-";
  return fmt::format("{} {}", part->second.position, part->second.hash.substr(0, 8));
}

void print_table(std::ostream& out, const std::vector<NodeReport>& nodes, const Goals& goals) {
  std::vector<std::string> headings{"ADDRESS", "STATUS", "NODE", "VERSION", "LEVEL", "VIEW AGE"};
  for (const auto& [partition, goal] : goals) headings.push_back(partition);
  TextTable table(std::move(headings));
  const auto or_dash = [](const std::string& text) { return text.empty() ? "-" : text; };
  for (const NodeReport& node : nodes) {
    std::vector<std::string> cells{
        node.url,
        node.silence.empty() ? node.status : "silent",
        or_dash(node.node),
        or_dash(node.version),
        node.level_raised == 0 ? "-"
                               : fmt::format("{} of {}", node.level_raised, node.level_supported),
        node.view_age_ms ? fmt::format("{} ms", *node.view_age_ms) : "-"};
    for (const auto& [partition, goal] : goals) cells.push_back(place_of(node, partition));
    table.add(std::move(cells));
  }
  table.print(out);
}

void print_json(std::ostream& out, const std::vector<NodeReport>& nodes, const Goals& goals,
                const std::vector<std::string>& found) {
  json::object compared;
  for (const auto& [partition, goal] : goals) compared[partition] = goal.compared;
  json::array rows;
  for (const NodeReport& node : nodes) {
    json::object row{{"url", node.url}, {"said", node.said}};
    if (!node.silence.empty()) row["silence"] = node.silence;
    rows.push_back(std::move(row));
  }
  out << json::serialize(json::object{{"well", found.empty()},
                                      {"findings", json::value_from(found)},
                                      {"compared", std::move(compared)},
                                      {"nodes", std::move(rows)}})
      << '\n';
}

void print_verdict(std::ostream& out, const std::vector<NodeReport>& nodes, const Goals& goals,
                   const std::vector<std::string>& found) {
  for (const std::string& line : found) out << printable(line) << '\n';
  if (!found.empty()) {
    out << fmt::format("Not all is well: {} to look at.\n",
                       found.size() == 1 ? "one thing" : fmt::format("{} things", found.size()));
    return;
  }
  std::string positions;
  for (const auto& [partition, goal] : goals)
    positions += fmt::format("{}{} {}", positions.empty() ? "" : ", ", partition, goal.compared);
  out << printable(fmt::format(
             "All is well: {} asked, one history up to {}.",
             nodes.size() == 1 ? "one node" : fmt::format("{} nodes", nodes.size()), positions))
      << '\n';
}

// Positions move on while they are asked for, so nodes are compared where all of them have been,
// and one is behind only when it does not get to where another was before.
CliResult<int> run_status(const Cli& cli, const ClusterStatus& options) {
  TRY(const auto urls, urls_of(options.nodes));
  HttpClientOptions http = cli.http_options();
  http.connect_time_max = std::min<Duration>(http.connect_time_max, node_connect_max);
  const HttpClient client(std::move(http));
  std::vector<NodeReport> nodes;
  for (const std::string& url : urls) nodes.emplace_back().url = url;
  ask_all(client, nodes, {});
  const Goals goals = goals_of(nodes);
  ask_all(client, nodes, goals);
  for (int again = 0; again < asked_again_max && !reached(nodes, goals); ++again) {
    cli.terminal.sleep(ask_again_after);
    ask_all(client, nodes, goals);
  }
  const auto found = findings(nodes, goals);
  if (cli.json) {
    print_json(cli.terminal.out, nodes, goals, found);
  } else {
    print_table(cli.terminal.out, nodes, goals);
    print_verdict(cli.terminal.out, nodes, goals, found);
  }
  return code_of(found.empty() ? ExitCode::ok : ExitCode::refused);
}

}  // namespace

void add_cluster_commands(CLI::App& app, Cli& cli) {
  CLI::App& group = *app.add_subcommand("cluster", "the nodes of a deployment together");
  group.require_subcommand(1);
  const auto [command, options] = add_command<ClusterStatus>(
      group, cli, "status",
      "asks the nodes of --nodes where they are; ends with 1 unless all is well with them",
      run_status);
  command
      ->add_option("--nodes", options->nodes,
                   "their operations listeners: http://a:9090,http://b:9090")
      ->delimiter(',')
      ->capture_default_str();
}

}  // namespace optare
