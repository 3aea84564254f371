#include "tests/support/no_quorum.h"

#include <fmt/format.h>

#include <algorithm>
#include <future>

namespace optare {
namespace {

// The view of a node is told to be at least so old when its brokers are away.
constexpr int age_told_min = 10;

HttpHeaders headers_of(const FleetUnderLoad& load) {
  return {{"Authorization", "Bearer " + load.administrator}, {"Content-Type", "application/json"}};
}

// An application with a token that lives, until node a is asked to delete it and cannot hear what
// comes of that.
class InDoubt {
 public:
  explicit InDoubt(FleetUnderLoad& load)
      : load_(load), app_(load.create_application("in-doubt-" + kafka_prefix())) {
    const HttpResponse taken = load_.a.decided_token(app_, load_.apis.front());
    token_ = json_member(taken.body, "access_token");
    if (active(load_.a) != "true") load_.wrong.push_back("no token to be ended: " + taken.body);
  }

  void remove() {
    const HttpResponse told =
        load_.a.send("DELETE", "/api/v1/applications/" + app_.client_id, headers_of(load_));
    if (told.status != 503 || told.body.find("outcome-unknown") == std::string::npos)
      load_.wrong.push_back(
          fmt::format("a deletion without brokers: {} {}", told.status, told.body));
    // On a busy machine its view may be too old for any answer by now.
    if (const std::string seen = active(load_.a);
        seen != "false" && !(seen.empty() && not_closed(load_, load_.a).empty()))
      load_.wrong.push_back("a token whose end is in doubt is active: " + seen);
  }
  // On a, as long as nothing can have become certain.
  void expect_dead() {
    if (active(load_.a) == "true") load_.wrong.emplace_back("a token lives whose end is in doubt");
  }
  // All nodes say the same of it, soon after brokers are back.
  void expect_certain() {
    wait_until(
        "nodes to agree on a deletion that was in doubt",
        [&] {
          const bool there = is_there(load_.a);
          return std::ranges::all_of(load_.nodes, [&](const ServerProcess* node) {
            return is_there(*node) == there && active(*node) == (there ? "true" : "false");
          });
        },
        recovery_max);
  }

 private:
  // Empty: not told now.
  std::string active(const ServerProcess& node) const {
    const HttpResponse seen =
        node.post_form("/oauth2/introspect", load_.admin, {{"token", token_}});
    return seen.status == 200 ? json_member(seen.body, "active") : "";
  }
  bool is_there(const ServerProcess& node) const {
    return node.send("GET", "/api/v1/applications/" + app_.client_id, headers_of(load_)).status ==
           200;
  }

  FleetUnderLoad& load_;
  const AppSecret app_;
  std::string token_;
};

// No node says that it is done, and each says why. All are asked at once: an answer takes as long
// as a record is waited for.
void expect_no_write(FleetUnderLoad& load) {
  std::vector<std::pair<std::string, std::future<CallLog::Asked>>> writes;
  for (const ServerProcess* node : load.nodes) {
    const std::string name = "in-vain-" + kafka_prefix();
    writes.emplace_back(name, std::async(std::launch::async, [&load, node, name] {
                          return load.calls.ask(*node, [&] {
                            return node->send("POST", "/api/v1/applications", headers_of(load),
                                              fmt::format(R"({{"name":"{}","type":"m2m"}})", name));
                          });
                        }));
  }
  for (auto& [name, write] : writes) {
    const CallLog::Asked asked = write.get();
    load.asked_for.emplace(name, asked.call.done);
    const HttpResponse& told = asked.response;
    if (told.status != 503 || json_member(told.body, "detail").empty())
      load.wrong.push_back(
          fmt::format("a write with one broker of three: {} {}", told.status, told.body));
  }
  for (const ServerProcess* node : load.nodes) {
    wait_until(
        "/readyz to say why",
        [&] { return node->ops("/readyz").body.find("nothing has proven") != std::string::npos; },
        recovery_max);
  }
}

// Too old to be told: closed rather than wrong.
void expect_tokens_refused(const FleetUnderLoad& load, const ServerProcess& node) {
  wait_until(
      "tokens and introspection to be refused", [&] { return not_closed(load, node).empty(); },
      recovery_max);
}

void expect_reads(FleetUnderLoad& load, const ServerProcess& node) {
  const HttpResponse read =
      decided([&] { return node.send("GET", "/api/v1/applications?limit=1", headers_of(load)); });
  if (read.status != 200) load.wrong.push_back("nothing is read: " + read.body);
  if (const std::string age(read.header("Optare-View-Age")); std::stoi("0" + age) < age_told_min)
    load.wrong.push_back("what is read is said to be " + age + " s old");
}

}  // namespace

Measures kill_two(FleetUnderLoad& load, Duration) {
  InDoubt doubted(load);
  const int first = load.leader();
  const int second = load.others(first).front();
  load.brokers.kill({first, second});
  const auto moment = Steady::now();
  doubted.remove();
  for (const ServerProcess* node : load.nodes) {
    doubted.expect_dead();
    expect_tokens_refused(load, *node);
  }
  Measures measures{{"tokens refused", std::chrono::floor<Duration>(Steady::now() - moment)}};
  expect_no_write(load);
  for (const ServerProcess* node : load.nodes) expect_reads(load, *node);
  doubted.expect_dead();
  load.brokers.start({first, second});
  const Measures life = life_after(load, "two brokers are back", Steady::now());
  measures.insert(measures.end(), life.begin(), life.end());
  doubted.expect_certain();
  load.wait_for_all_in_sync();
  return measures;
}

}  // namespace optare
