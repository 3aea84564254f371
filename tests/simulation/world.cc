#include "tests/simulation/world.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "tests/simulation/clients.h"
#include "tests/simulation/faults.h"
#include "tests/simulation/issuing.h"
#include "tests/simulation/view_checks.h"

namespace optare::simulation {
namespace {

using std::chrono::seconds;

// How long after the last fault every node has everything: two patiences and a deadline.
constexpr Duration recovery = seconds(30);
// But for what was written just now: there is always a tick on its way.
constexpr Duration heard_within = seconds(1);

class World {
 public:
  explicit World(const Scenario& scenario)
      : stage_(scenario),
        views_(stage_),
        requests_(stage_),
        holdings_(stage_, requests_),
        clients_(stage_, requests_, holdings_),
        issuing_(stage_),
        faults_(stage_) {
    stage_.on_step = [this](Machine& machine) {
      views_.check(machine);
      holdings_.check_tokens(machine);
    };
    stage_.on_pulse = [this](Machine& machine) {
      if (stage_.chance.once_in(5)) clients_.expire_secrets(machine);
      if (stage_.chance.once_in(20)) holdings_.check(machine);
      faults_.ask_whom_it_misled(machine);
      issuing_.pulse(machine);
    };
    stage_.log.on_sent = [this](Partition partition, const std::string& frame) {
      requests_.sent(partition, frame);
    };
    faults_.on_cut = [this](Partition partition, std::uint64_t end) {
      views_.forget(partition, end);
      requests_.log_was_cut();
      holdings_.log_was_cut();
    };
  }

  Report run() {
    stage_.begin();
    for (const auto& machine : stage_.machines) stage_.start(*machine);
    clients_.start();
    faults_.start();
    stage_.run_until(stage_.timeline.now() + stage_.scenario.lasts);
    faults_.end();
    issuing_.end();
    clients_.stop();
    stage_.run_until(stage_.timeline.now() + recovery);
    if (!stage_.judge.first()) check_the_end();
    Report report = report_so_far();
    for (const auto& machine : stage_.machines)
      if (machine->process) stage_.end(*machine);
    return report;
  }

 private:
  void check_the_end() {
    requests_.check_all();
    requests_.check_all_answered();
    holdings_.check_expirations();
    issuing_.check_the_end();
    for (const auto& machine : stage_.machines) check_recovered(*machine);
    check_races();
  }

  // Of those who want the same stream at once, one counts; the others are one at most on each other
  // node (design D1). Some more: several streams in one commit, and answers that were lost.
  void check_races() {
    const std::uint64_t admitted =
        stage_.model.ordinals(Partition::control) + stage_.model.ordinals(Partition::tokens_00);
    const std::uint64_t bound = (stage_.scenario.nodes - 1) * admitted + admitted / 4 + 10;
    stage_.judge.require(stage_.model.races_lost() <= bound, Rule::voids, [&] {
      return fmt::format("{} commits lost races for {} that counted", stage_.model.races_lost(),
                         admitted);
    });
  }

  void check_recovered(Machine& machine) {
    const auto wrong = [&](std::string_view what) {
      stage_.judge.violated(Rule::recovers, fmt::format("{} {}", machine.node_id, what));
    };
    if (!machine.process || machine.process->stopped()) return wrong("is not back");
    if (!machine.process->states().fresh()) wrong("is not fresh");
    for (const Partition partition : partitions) {
      const auto& head = machine.process->follower().heads()[static_cast<std::size_t>(partition)];
      const auto& entries = stage_.model.entries(partition);
      if (head.next_offset > entries.size()) wrong("is ahead of the log");
      if (head.next_offset < entries.size() &&
          stage_.timeline.now() - entries[head.next_offset].written_at > heard_within)
        wrong("is behind");
    }
    holdings_.check(machine);
  }

  Report report_so_far() const {
    Report report;
    report.scenario = stage_.scenario;
    report.violation = stage_.judge.first();
    report.digest = stage_.judge.digest();
    report.trace = {stage_.judge.notes().begin(), stage_.judge.notes().end()};
    report.counts = {.requests = requests_.count(),
                     .done = requests_.told(Asked::Told::done),
                     .refused = requests_.told(Asked::Told::refused),
                     .unknown = requests_.told(Asked::Told::unknown),
                     .replayed = requests_.told(Asked::Told::replayed),
                     .admitted = stage_.model.ordinals(Partition::control) +
                                 stage_.model.ordinals(Partition::tokens_00),
                     .races_lost = stage_.model.races_lost(),
                     .tokens_honoured = holdings_.honoured,
                     .tokens_refused = holdings_.refused,
                     .faults = stage_.log.faults()};
    report.counts.faults.insert(faults_.counts().begin(), faults_.counts().end());
    report.counts.faults.insert({{"dropped", issuing_.dropped()},
                                 {"forwarded_twice", issuing_.repeated()},
                                 {"session", issuing_.sessions()}});
    return report;
  }

  Stage stage_;
  ViewChecks views_;
  Requests requests_;
  Holdings holdings_;
  Clients clients_;
  Issuing issuing_;
  Faults faults_;
};

}  // namespace

Counts& Counts::operator+=(const Counts& other) {
  requests += other.requests;
  done += other.done;
  refused += other.refused;
  unknown += other.unknown;
  replayed += other.replayed;
  admitted += other.admitted;
  races_lost += other.races_lost;
  tokens_honoured += other.tokens_honoured;
  tokens_refused += other.tokens_refused;
  for (const auto& [fault, times] : other.faults) faults[fault] += times;
  return *this;
}

Report run(const Scenario& scenario) { return World(scenario).run(); }

std::string repeat_line(const Scenario& scenario) {
  const bool broken = scenario.broken != Break::none;
  return fmt::format("ops/simulate --seed {}{}{}", scenario.seed, broken ? " --break " : "",
                     broken ? break_name(scenario.broken) : "");
}

std::string explain(const Report& report) {
  if (!report.violation) return "nothing went wrong";
  return fmt::format("{}\nseed {} ({}) breaks the rule {}: {}\n{}", fmt::join(report.trace, "\n"),
                     report.scenario.seed, describe(report.scenario),
                     rule_name(report.violation->rule), report.violation->what,
                     repeat_line(report.scenario));
}

}  // namespace optare::simulation
