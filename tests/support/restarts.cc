#include "tests/support/restarts.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

namespace optare {
namespace {

using namespace std::chrono_literals;

// The default of max_staleness: longer without a commit, and tokens would be refused.
constexpr Duration broker_gap_max = 15s;

// When a node was taken away and was ready again.
struct Away {
  const ServerProcess* node = nullptr;
  Steady::time_point from;  // it was not told yet
  Steady::time_point until;
  bool met(const CallLog::Call& call) const {
    return call.node == node && call.answered > from && call.asked < until;
  }
};

std::string_view text_of(CallLog::End end) {
  constexpr std::array names{"answered", "failed", "unreached", "cut"};
  return names.at(static_cast<std::size_t>(end));
}

using Ends = std::map<CallLog::End, int>;
void print(const std::string& which, const Ends& ends) {
  for (const auto& [end, count] : ends) fmt::print("  {}: {} {}\n", which, count, text_of(end));
}

// What became of calls at nodes that went away: of those that they had, and of those that came
// later.
struct AtThem {
  Ends had;
  Ends later;
};

void expect_answered(FleetUnderLoad& load, const CallLog::Call& call) {
  if (call.end != CallLog::End::answered)
    load.wrong.push_back(
        fmt::format("a call {} at a node that was there: {}", text_of(call.end), call.said));
}

// What a node that is away does not answer is its own; nothing else may fail.
void judge(FleetUnderLoad& load, const CallLog& log, Steady::time_point began,
           const std::vector<Away>& all_away, AtThem& at_them) {
  for (const CallLog::Call& call : log.ended_after(began)) {
    const auto away =
        std::ranges::find_if(all_away, [&](const Away& each) { return each.met(call); });
    if (away == all_away.end()) {
      expect_answered(load, call);
      continue;
    }
    const bool had = call.asked < away->from;
    ++(had ? at_them.had : at_them.later)[call.end];
    if (had && call.end == CallLog::End::cut)
      load.wrong.push_back("a call cut at a node that had it when it was told to stop: " +
                           call.said);
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

Duration told(Steady::time_point from, Steady::time_point until) {
  return std::chrono::ceil<Duration>(until - from);
}

}  // namespace

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
    longest_stop = std::max(longest_stop, told(from, stopped));
    longest_start = std::max(longest_start, told(stopped, ready));
    load.next_commit("its restart", ready, node);
    load.tokens_at({node}, "its restart", ready);
  }
  AtThem at_them;
  for (const CallLog* log : {&load.calls, &load.token_calls})
    judge(load, *log, began, all_away, at_them);
  print("calls that nodes had when they were told to stop", at_them.had);
  print("calls at nodes that were away", at_them.later);
  if (at_them.had.empty()) load.wrong.emplace_back("no node had a call when it was told to stop");
  if (at_them.later[CallLog::End::unreached] == 0)
    load.wrong.emplace_back("nobody called a node that was away");
  return {{"stopped", longest_stop},
          {"ready again", longest_start},
          {"next commit at any", longest_gap(load.calls, began)},
          {"next token at any", longest_gap(load.token_calls, began)}};
}

Measures restart_brokers(FleetUnderLoad& load, Duration) {
  load.brokers.elect();
  const int leader = load.leader();
  std::vector<int> order = load.others(leader);
  order.push_back(leader);  // last: then another one leads
  const auto began = Steady::now();
  for (const int broker : order) {
    load.brokers.stop(broker);
    load.next_commit("a broker was stopped", Steady::now());
    load.brokers.start(broker);
    load.wait_for_all_in_sync();
  }
  const auto moment = Steady::now();
  load.brokers.elect();
  wait_until(
      "the log to be led by who was elected", [&] { return load.leader() == leader; },
      recovery_max);
  load.next_commit("an election", Steady::now());
  Ends ends;
  for (const CallLog* log : {&load.calls, &load.token_calls}) {
    for (const CallLog::Call& call : log->ended_after(began)) {
      ++ends[call.end];
      expect_answered(load, call);
    }
  }
  print("calls meanwhile", ends);
  Measures measures{{"next commit at any", longest_gap(load.calls, began)},
                    {"next token at any", longest_gap(load.token_calls, began)},
                    {"next commit at an election", longest_gap(load.calls, moment)}};
  for (const auto& [name, gap] : measures)
    if (gap > broker_gap_max) load.wrong.push_back(fmt::format("{} took {} ms", name, gap.count()));
  return measures;
}

}  // namespace optare
