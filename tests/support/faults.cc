#include "tests/support/faults.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <map>
#include <stdexcept>
#include <thread>

#include "tests/support/deaf_node.h"

namespace optare {
namespace {

using namespace std::chrono_literals;

// The view of a node is told to be at least so old when its brokers are away.
constexpr int age_told_min = 10;
// From a node to who asked it.
constexpr Duration answer_travels_max = 100ms;

Measures life_after(FleetUnderLoad& load, const std::string& fault, Steady::time_point moment) {
  const Duration commit = load.next_commit(fault, moment);
  return {{"next commit", commit}, {"tokens at all", load.tokens_at(load.nodes, fault, moment)}};
}

// All nodes have what they need, and callers are in each other's way.
Measures nothing(FleetUnderLoad& load, Duration pause) {
  std::this_thread::sleep_for(pause);
  return life_after(load, "nothing", Steady::now());
}

Measures kill_node(FleetUnderLoad& load, Duration) {
  load.b.kill();
  const auto moment = Steady::now();
  const Duration commit = load.next_commit("kill -9 of a node", moment);
  load.b.start(load.fleet.flags());  // as a supervisor does
  return {{"next commit", commit},
          {"tokens at all", load.tokens_at(load.nodes, "kill -9 of a node", moment)}};
}

Measures kill_broker(FleetUnderLoad& load, int broker, const std::string& fault) {
  load.brokers.kill(broker);
  Measures measures = life_after(load, fault, Steady::now());
  load.brokers.start(broker);
  load.wait_for_all_in_sync();
  return measures;
}

Measures kill_leader(FleetUnderLoad& load, Duration) {
  return kill_broker(load, load.leader(), "kill -9 of the leader of the log");
}

Measures kill_controller(FleetUnderLoad& load, Duration) {
  return kill_broker(load, load.brokers.controller(), "kill -9 of the controller");
}

Measures pause_leader(FleetUnderLoad& load, Duration) {
  const int broker = load.leader();
  load.brokers.pause(broker);
  Measures measures = life_after(load, "a pause of the leader", Steady::now());
  load.brokers.resume(broker);
  load.wait_for_all_in_sync();
  return measures;
}

Measures restart_all(FleetUnderLoad& load, Duration) {
  load.brokers.stop_all();
  load.brokers.start_all();
  Measures measures = life_after(load, "a restart of all brokers", Steady::now());
  load.wait_for_all_in_sync();
  return measures;
}

// Nothing can be written, what is there can be read, and says how old it is.
Measures kill_two(FleetUnderLoad& load, Duration) {
  const int first = load.leader();
  const int second = load.others(first).front();
  load.brokers.kill(first);
  load.brokers.kill(second);
  const auto moment = Steady::now();
  const HttpHeaders headers{{"Authorization", "Bearer " + load.administrator},
                            {"Content-Type", "application/json"}};
  HttpResponse refused;
  wait_until(
      "a write to be refused",
      [&] {
        refused = load.a.send("POST", "/api/v1/applications", headers,
                              R"({"name":"in vain","type":"m2m"})");
        return refused.status == 503;
      },
      recovery_max);
  if (json_member(refused.body, "detail").empty())
    load.wrong.push_back("it is not said why a write was refused: " + refused.body);
  wait_until(
      "/readyz to say why",
      [&] { return load.a.ops("/readyz").body.find("nothing has proven") != std::string::npos; },
      recovery_max);
  wait_until(
      "tokens to be refused",  // too old to be told: closed rather than wrong
      [&] { return load.a.request_token(load.admin, load.fleet.audience()).status == 503; },
      recovery_max);
  Measures measures{{"tokens refused", std::chrono::floor<Duration>(Steady::now() - moment)}};
  const HttpResponse read =
      decided([&] { return load.a.send("GET", "/api/v1/applications?limit=1", headers); });
  if (read.status != 200) load.wrong.push_back("nothing is read: " + read.body);
  if (const std::string age(read.header("Optare-View-Age")); std::stoi("0" + age) < age_told_min)
    load.wrong.push_back("what is read is said to be " + age + " s old");
  load.brokers.start(first);
  load.brokers.start(second);
  const Measures life = life_after(load, "two brokers are back", Steady::now());
  measures.insert(measures.end(), life.begin(), life.end());
  load.wait_for_all_in_sync();
  return measures;
}

// Puts the node to sleep with calls that it has not answered; just before it fell asleep.
Steady::time_point stop_amid_calls(FleetUnderLoad& load, ServerProcess& node) {
  Steady::time_point stopped;
  wait_until("calls to be under way", [&] {
    stopped = Steady::now();
    node.process().signal(SIGSTOP);
    std::this_thread::sleep_for(answer_travels_max);  // one that it gave before is no held call
    if (load.calls.open_since(stopped, &node) > 0) return true;
    node.process().signal(SIGCONT);
    return false;
  });
  return stopped;
}

// Its callers wait, those who call meanwhile too: all are answered when it goes on, from nothing
// that is too old, and what they hear is compared with what is there like everything else.
Measures pause_node(FleetUnderLoad& load, Duration pause) {
  const auto stopped = stop_amid_calls(load, load.c);
  const Duration commit = load.next_commit("a pause of a node", stopped, &load.a);
  std::this_thread::sleep_until(stopped + pause);
  const auto moment = Steady::now();
  load.c.process().signal(SIGCONT);
  Measures measures{{"next commit", commit},
                    {"its next commit", load.next_commit("its pause", moment, &load.c)},
                    {"tokens at all", load.tokens_at(load.nodes, "a pause of a node", moment)}};
  wait_until(
      "answers to the calls that it had",
      [&] { return load.calls.open_since(stopped, &load.c) == 0; }, recovery_max);
  const CallLog::Outcomes held = load.calls.held(stopped, moment, &load.c);
  fmt::print("  calls that the node had: {} done, {} refused, {} unknown\n", held.done,
             held.refused, held.unknown);
  if (held.all() == 0) load.wrong.emplace_back("the node that slept had no calls");
  if (held.lost > 0)
    load.wrong.push_back(fmt::format("{} of its calls were not answered", held.lost));
  return measures;
}

// When a node was taken away and was ready again.
struct Away {
  const ServerProcess* node = nullptr;
  Steady::time_point from;
  Steady::time_point until;
  bool met(const CallLog::Call& call) const {
    return call.node == node && call.answered > from && call.asked < until;
  }
};

std::string_view text_of(CallLog::End end) {
  constexpr std::array names{"answered", "failed", "unreached", "cut"};
  return names.at(static_cast<std::size_t>(end));
}

// What a node that is away does not answer is its own; nothing else may fail.
void judge(FleetUnderLoad& load, const CallLog& log, Steady::time_point began,
           const std::vector<Away>& all_away, std::map<CallLog::End, int>& at_them) {
  for (const CallLog::Call& call : log.ended_after(began)) {
    const bool met =
        std::ranges::any_of(all_away, [&](const Away& away) { return away.met(call); });
    if (met) ++at_them[call.end];
    if (met || call.end == CallLog::End::answered) continue;
    load.wrong.push_back(
        fmt::format("a call {} at a node that was there: {}", text_of(call.end), call.said));
  }
}

// The longest time without one that was done, at whatever node.
Duration longest_gap(const CallLog& log, Steady::time_point began) {
  Steady::duration longest{};
  auto last = began;
  for (const CallLog::Call& call : log.ended_after(began)) {
    if (call.done != Known::yes) continue;
    longest = std::max(longest, call.answered - last);
    last = call.answered;
  }
  return std::chrono::ceil<Duration>(std::max(longest, Steady::now() - last));
}

// As a new build is installed: each node is stopped in good order and started, one after another.
Measures restart_nodes(FleetUnderLoad& load, Duration) {
  const auto began = Steady::now();
  std::vector<Away> all_away;
  Duration longest_stop{};
  Duration longest_start{};
  for (ServerProcess* node : load.nodes) {
    const auto from = Steady::now();
    if (const int code = node->stop(); code != 0)
      load.wrong.push_back(fmt::format("a node ended with {}: {}", code, node->said()));
    const auto stopped = Steady::now();
    node->start(load.fleet.flags());
    const auto ready = Steady::now();
    all_away.push_back({node, from, ready});
    longest_stop = std::max(longest_stop, std::chrono::ceil<Duration>(stopped - from));
    longest_start = std::max(longest_start, std::chrono::ceil<Duration>(ready - stopped));
    load.next_commit("its restart", ready, node);
    load.tokens_at({node}, "its restart", ready);
  }
  std::map<CallLog::End, int> at_them;
  for (const CallLog* log : {&load.calls, &load.token_calls})
    judge(load, *log, began, all_away, at_them);
  for (const auto& [end, count] : at_them)
    fmt::print("  calls at nodes that were away: {} {}\n", count, text_of(end));
  if (at_them[CallLog::End::unreached] == 0)
    load.wrong.emplace_back("nobody called a node that was away");
  return {{"stopped", longest_stop},
          {"ready again", longest_start},
          {"next commit at any", longest_gap(load.calls, began)},
          {"next token at any", longest_gap(load.token_calls, began)}};
}

// All nodes reach all brokers, the one that thinks that it leads, too.
Measures cut_leader(FleetUnderLoad& load, Duration) {
  const int broker = load.leader();
  load.brokers.cut(broker, load.others(broker));
  Measures measures = life_after(load, "a cut of the leader", Steady::now());
  load.brokers.heal();
  load.wait_for_all_in_sync();
  return measures;
}

}  // namespace

const std::vector<Fault>& all_faults() {
  static const std::vector<Fault> faults{
      {"nothing", "nothing happens, and callers of all nodes are at the same applications", 60s,
       nothing},
      {"node-killed", "kill -9 of a node", 3s, kill_node},
      {"nodes-restarted", "all nodes restarted in good order, one after another", 8s,
       restart_nodes},
      {"node-paused", "a node sleeps in the middle of commands", 65s, pause_node},
      {"leader-killed", "kill -9 of the broker that leads the log", 20s, kill_leader},
      {"controller-killed", "kill -9 of the leading controller", 20s, kill_controller},
      {"leader-hangs", "the leading broker hangs", 15s, pause_leader},
      {"leader-cut", "the leading broker is cut off from the others, and nodes reach all", 15s,
       cut_leader},
      {"leader-cut-with-node", "the same, and a node reaches nothing else", 40s,
       cut_leader_with_node},
      {"two-killed", "kill -9 of two brokers; times after they are back", 40s, kill_two},
      {"all-restarted", "all brokers restarted; times after they are back", 20s, restart_all},
  };
  return faults;
}

std::string text_of(const Measures& measures) {
  std::string text;
  for (const auto& [name, time] : measures)
    text += fmt::format("{}{} {} ms", text.empty() ? "" : ", ", name, time.count());
  return text;
}

const Fault& fault_named(const std::string& name) {
  const auto found = std::ranges::find(all_faults(), name, &Fault::name);
  if (found == all_faults().end()) throw std::runtime_error("there is no fault named " + name);
  return *found;
}

}  // namespace optare
