#include "tests/support/faults.h"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <future>
#include <stdexcept>
#include <thread>

#include "ops/cli/exit_code.h"
#include "tests/support/deaf_node.h"
#include "tests/support/no_quorum.h"
#include "tests/support/restarts.h"

namespace optare {
namespace {

using namespace std::chrono_literals;

// From a node to who asked it.
constexpr Duration answer_travels_max = 100ms;

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

Measures kill_nodes(FleetUnderLoad& load, Duration) {
  for (ServerProcess* node : load.nodes) node->process().signal(SIGKILL);
  for (ServerProcess* node : load.nodes) node->kill();
  for (ServerProcess* node : load.nodes) node->start(load.fleet.flags());
  return life_after(load, "kill -9 of all nodes", Steady::now());
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
  load.brokers.stop({1, 2, 3});
  load.brokers.start({1, 2, 3});
  Measures measures = life_after(load, "a restart of all brokers", Steady::now());
  load.wait_for_all_in_sync();
  return measures;
}

Measures kill_all(FleetUnderLoad& load, Duration) {
  load.brokers.kill({1, 2, 3});
  load.brokers.start_all();
  Measures measures = life_after(load, "kill -9 of all brokers", Steady::now());
  load.wait_for_all_in_sync();
  return measures;
}

// As supervisors do: all nodes are started at once, and again each time that one gives up because
// its brokers do not answer yet. How often one gave up.
int supervise_until_ready(FleetUnderLoad& load) {
  for (ServerProcess* node : load.nodes) node->launch(load.fleet.flags());
  int gave_up = 0;
  for (ServerProcess* node : load.nodes) {
    wait_until(
        "nodes to be ready",
        [&] {
          for (ServerProcess* each : load.nodes) {
            const auto code = each->process().ended();
            if (!code) continue;
            if (*code != code_of(ExitCode::refused))
              throw std::runtime_error(
                  fmt::format("a start ended with {}: {}", *code, each->said()));
            ++gave_up;
            each->launch(load.fleet.flags());
          }
          return node->ready();
        },
        recovery_max);
  }
  return gave_up;
}

// Nodes are there before the brokers are.
Measures kill_everything(FleetUnderLoad& load, Duration) {
  auto brokers = std::async(std::launch::async, [&] { load.brokers.kill({1, 2, 3}); });
  for (ServerProcess* node : load.nodes) node->process().signal(SIGKILL);
  for (ServerProcess* node : load.nodes) node->kill();
  brokers.get();
  const auto moment = Steady::now();
  brokers = std::async(std::launch::async, [&] { load.brokers.start({1, 2, 3}); });
  const int gave_up = supervise_until_ready(load);
  Measures measures{{"all nodes ready", std::chrono::floor<Duration>(Steady::now() - moment)}};
  brokers.get();
  const Measures life = life_after(load, "kill -9 of everything", moment);
  measures.insert(measures.end(), life.begin(), life.end());
  fmt::print("  nodes gave up waiting for brokers {} times\n", gave_up);
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

Measures life_after(FleetUnderLoad& load, const std::string& fault, Steady::time_point moment) {
  const Duration commit = load.next_commit(fault, moment);
  return {{"next commit", commit}, {"tokens at all", load.tokens_at(load.nodes, fault, moment)}};
}

std::string not_closed(const FleetUnderLoad& load, const ServerProcess& node) {
  for (const HttpResponse& told :
       {node.request_token(load.admin, load.fleet.audience()),
        node.post_form("/oauth2/introspect", load.admin, {{"token", load.administrator}})}) {
    if (told.status != 503 || json_member(told.body, "error") != "temporarily_unavailable" ||
        !told.body.contains("has not heard from its log for too long"))
      return fmt::format("{} {}", told.status, told.body);
  }
  return {};
}

const std::vector<Fault>& all_faults() {
  static const std::vector<Fault> faults{
      {"nothing", "nothing happens, and callers of all nodes are at the same applications", 60s,
       nothing},
      {"node-killed", "kill -9 of a node", 3s, kill_node},
      {"nodes-restarted", "all nodes restarted in good order, one after another", 8s,
       restart_nodes},
      {"nodes-killed", "kill -9 of all nodes at once; times after they are back", 8s, kill_nodes},
      {"node-paused", "a node sleeps in the middle of commands", 65s, pause_node},
      {"leader-killed", "kill -9 of the broker that leads the log", 20s, kill_leader},
      {"controller-killed", "kill -9 of the leading controller", 20s, kill_controller},
      {"leader-hangs", "the leading broker hangs", 15s, pause_leader},
      {"leader-cut", "the leading broker is cut off from the others, and nodes reach all", 15s,
       cut_leader},
      {"leader-cut-with-node", "the same, and a node reaches nothing else", 40s,
       cut_leader_with_node},
      {"two-killed", "kill -9 of two brokers; times after they are back", 40s, kill_two},
      {"brokers-restarted", "all brokers restarted in good order, one after another", 60s,
       restart_brokers},
      {"all-restarted", "all brokers restarted; times after they are back", 20s, restart_all},
      {"all-killed", "kill -9 of all brokers at once; times after they are back", 20s, kill_all},
      {"everything-killed",
       "kill -9 of all brokers and nodes at once; times since all are started again", 30s,
       kill_everything},
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
