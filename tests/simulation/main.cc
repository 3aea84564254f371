// simulate [--seeds N] [--seed K] [--break NAME]: many seeds, or one with its whole trace.
#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "tests/simulation/world.h"

using namespace optare::simulation;

int main(int argc, char** argv) {
  std::setvbuf(stdout, nullptr, _IOLBF, 0);  // Seen at once, also through a pipe.
  CLI::App app("Runs simulated fleets, each from its own seed", "simulate");
  std::uint64_t seeds = 1000;
  std::uint64_t from = 1;
  std::optional<std::uint64_t> one;
  app.add_option("--seeds", seeds, "How many")->capture_default_str();
  app.add_option("--from", from, "The first of them")->capture_default_str();
  app.add_option("--seed", one, "This one only, with what happened");
  std::string broken_name = "none";
  app.add_option("--break", broken_name, "A rule to break on purpose (tests/simulation/breaks.h)");
  CLI11_PARSE(app, argc, argv);
  Break broken = Break::none;
  for (std::size_t i = 0; i < breaks_count; ++i)
    if (break_name(static_cast<Break>(i)) == broken_name) broken = static_cast<Break>(i);
  if (one) {
    const Report report = run(scenario_of(*one, broken));
    if (!report.violation)
      for (const std::string& line : report.trace) fmt::print("{}\n", line);
    fmt::print("{}\n", explain(report));
    return report.violation ? 1 : 0;
  }
  Counts counts;
  std::uint64_t failed = 0;
  for (std::uint64_t seed = from; seed < from + seeds; ++seed) {
    const Report report = run(scenario_of(seed, broken));
    counts += report.counts;
    if (report.violation) {
      ++failed;
      fmt::print("seed {} breaks {}: {}\n  {}\n", seed, rule_name(report.violation->rule),
                 report.violation->what, repeat_line(report.scenario));
    }
    if ((seed - from + 1) % 100 == 0)
      fmt::print("{} of {} seeds, {} failed\n", seed - from + 1, seeds, failed);
  }
  fmt::print(
      "{} seeds, {} failed; {} requests: {} done, {} refused, {} unknown; {} commits, {} lost "
      "races\n",
      seeds, failed, counts.requests, counts.done, counts.refused, counts.unknown, counts.admitted,
      counts.races_lost);
  return failed == 0 ? 0 : 1;
}
