// faults [--rounds N] [--keep FOLDER] [FAULT...]: what happens to a deployment, again and again
// under load, with the gaps as distributions.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>

#include "tests/support/faults.h"
#include "tests/support/kept_round.h"

namespace optare {
namespace {

// An administrator's token lives for an hour.
constexpr int rounds_of_a_deployment = 20;

struct Asked {
  int rounds = 10;
  int pause = 60;    // seconds
  std::string keep;  // a folder; empty: nothing is kept
};

// What came of the rounds of one fault.
struct Told {
  const Fault* fault = nullptr;
  int rounds = 0;
  CallLog::Outcomes calls{};
  std::vector<std::pair<std::string, std::vector<Duration>>> measures;
  std::size_t wrong = 0;

  void add(const CallLog::Outcomes& more) {
    calls.done += more.done;
    calls.refused += more.refused;
    calls.unknown += more.unknown;
  }
  void add(const Measures& round) {
    ++rounds;
    for (const auto& [name, time] : round) {
      auto found = std::ranges::find(measures, name, [](const auto& each) { return each.first; });
      if (found == measures.end()) found = measures.insert(found, {name, {}});
      found->second.push_back(time);
    }
  }
};

// How long the rest takes: as much longer or shorter than usual as what is done took.
class Progress {
 public:
  explicit Progress(Duration usual_of_all) : left_(usual_of_all) {}
  void say(const Told& told, const Measures& measures) {
    done_ += told.fault->usual;
    left_ -= told.fault->usual;
    const auto passed = std::chrono::floor<Duration>(Steady::now() - began_);
    const auto left = Duration(left_.count() * passed.count() / done_.count());
    fmt::print("{} {}: {}; about {} min left\n", told.fault->name, told.rounds, text_of(measures),
               std::chrono::ceil<std::chrono::minutes>(left).count());
  }

 private:
  Duration done_{};
  Duration left_;
  const Steady::time_point began_ = Steady::now();
};

// So many rounds of a fault in a deployment of their own: what is wrong in the end is that fault's.
void run(KafkaBrokers& brokers, int rounds, const Asked& asked, Told& told, Progress& progress) {
  FleetUnderLoad load(brokers);
  auto began = Steady::now();
  const auto keep = [&](const std::string& which) {
    if (!asked.keep.empty())
      keep_round(load, began, std::filesystem::path(asked.keep) / (told.fault->name + which));
  };
  try {
    load.wait_for_full_load();
    for (int round = 0; round < rounds; ++round) {
      began = Steady::now();
      const Measures measures = told.fault->happen(load, std::chrono::seconds(asked.pause));
      told.add(measures);
      progress.say(told, measures);
      keep(fmt::format("-{}", told.rounds));
    }
    load.what_is_wrong();
  } catch (const std::exception& late) {
    load.wrong.emplace_back(late.what());
  }
  if (!load.wrong.empty()) keep("-wrong");
  for (const std::string& line : load.wrong) fmt::print("  WRONG: {}\n", line);
  told.add(load.calls.all());
  told.wrong += load.wrong.size();
}

// As they were before a fault that was not survived.
void mend(KafkaBrokers& brokers) {
  brokers.heal();
  brokers.start_all();
  for (const int node : {1, 2, 3}) brokers.resume(node);
}

std::string seconds(const std::vector<Duration>& sorted, double part) {
  const auto last = static_cast<double>(sorted.size() - 1);
  const auto at = static_cast<std::size_t>(part * last + 0.5);
  return fmt::format("{:.2f}", static_cast<double>(sorted[at].count()) / 1000);
}

void print_table(const std::vector<Told>& all) {
  fmt::print(
      "\n| What happened | Rounds | Calls done, refused, unknown | Lost or invented | Seconds to | "
      "Min | p50 | p90 | Max |\n");
  fmt::print("|---|---|---|---|---|---|---|---|---|\n");
  for (const Told& told : all) {
    std::string first =
        fmt::format("{} | {} | {}, {}, {} | {}", told.fault->what, told.rounds, told.calls.done,
                    told.calls.refused, told.calls.unknown, told.wrong);
    for (auto [name, times] : told.measures) {
      std::ranges::sort(times);
      fmt::print("| {} | {} | {} | {} | {} | {} |\n", first, name, seconds(times, 0),
                 seconds(times, 0.5), seconds(times, 0.9), seconds(times, 1));
      first = "| | | ";
    }
    if (told.measures.empty()) fmt::print("| {} | | | | | |\n", first);
  }
}

}  // namespace
}  // namespace optare

int main(int argc, char** argv) {
  using namespace optare;
  std::setvbuf(stdout, nullptr, _IOLBF, 0);  // seen at once, also through a pipe
  CLI::App app("What happens to three nodes and three brokers, again and again under load",
               "faults");
  Asked asked;
  std::vector<std::string> names;
  for (const Fault& fault : all_faults()) names.push_back(fault.name);
  app.add_option("--rounds", asked.rounds, "Of each fault")
      ->capture_default_str()
      ->check(CLI::Range(1, 1000));
  app.add_option("--pause", asked.pause, "Seconds that a node sleeps, or that nothing happens")
      ->capture_default_str();
  app.add_option("--keep", asked.keep,
                 "A folder for what nodes and brokers logged, and for the calls of each second, by "
                 "round");
  app.add_option("fault", names, "Which; all")->check(CLI::IsMember(names));
  CLI11_PARSE(app, argc, argv);

  Duration usual{};
  for (const std::string& name : names) usual += asked.rounds * fault_named(name).usual;
  Progress progress(usual);
  std::vector<Told> all;
  const KafkaBrokersOptions options{.network = true};
  KafkaBrokers brokers(options);
  for (const std::string& name : names) {
    Told& told = all.emplace_back();
    told.fault = &fault_named(name);
    for (int left = asked.rounds; left > 0 && told.wrong == 0; left -= rounds_of_a_deployment)
      run(brokers, std::min(left, rounds_of_a_deployment), asked, told, progress);
    if (told.wrong != 0) mend(brokers);
  }
  print_table(all);
  return std::ranges::all_of(all, [](const Told& told) { return told.wrong == 0; }) ? 0 : 1;
}
