#include "tests/simulation/scenario.h"

#include <fmt/format.h>

namespace optare::simulation {
namespace {

using std::chrono::seconds;

// One time in `n` this fault belongs to the run at all; then about so often.
Duration sometimes(Chance& chance, std::uint64_t n, Duration from, Duration to) {
  const Duration every = chance.between(from, to);
  return chance.once_in(n) ? every : Duration::zero();
}

}  // namespace

Scenario scenario_of(std::uint64_t seed, Break broken) {
  Chance chance(seed * 2 + 1);
  Scenario scenario;
  scenario.seed = seed;
  scenario.broken = broken;
  scenario.nodes = 1 + chance.below(4);
  scenario.embedded = scenario.nodes == 1;
  scenario.clients = 2 + chance.below(6);
  scenario.lasts = chance.between(seconds(8), seconds(30));
  if (chance.once_in(6)) {
    scenario.crowded = true;
    scenario.clients = 12;
    scenario.lasts = seconds(3);
  }
  if (chance.once_in(4)) scenario.weather = Weather::calm();
  scenario.crash_every = sometimes(chance, 2, seconds(3), seconds(15));
  scenario.pause_every = sometimes(chance, 2, seconds(3), seconds(15));
  scenario.leap_every = sometimes(chance, 2, seconds(2), seconds(10));
  scenario.outage_every = sometimes(chance, 3, seconds(8), seconds(30));
  scenario.garbage_every = sometimes(chance, 2, seconds(1), seconds(5));
  scenario.cut_every = sometimes(chance, 3, seconds(2), seconds(8));
  scenario.sleep_every = sometimes(chance, 2, seconds(4), seconds(15));
  scenario.store_fails_once_in = chance.once_in(3) ? 50 : 0;
  if (scenario.embedded) {  // One process, and a disk that keeps what it said it has.
    scenario.outage_every = scenario.cut_every = Duration::zero();
    scenario.weather.stalled = scenario.weather.repeated = scenario.weather.slow = 0;
  }
  scenario.moved = chance.once_in(4);
  const Duration deaf_every = sometimes(chance, 3, seconds(4), seconds(15));
  const Duration zombie_every = sometimes(chance, 3, seconds(3), seconds(10));
  if (scenario.embedded) return scenario;
  scenario.deaf_every = deaf_every;
  scenario.zombie_every = zombie_every;
  if (chance.once_in(3)) scenario.weather.fatal = 40;
  return scenario;
}

std::string describe(const Scenario& scenario) {
  const std::string broken = scenario.broken == Break::none
                                 ? ""
                                 : fmt::format(", broken: {}", break_name(scenario.broken));
  return fmt::format("{} node{}{}, {} people{}, {} s{}", scenario.nodes,
                     scenario.embedded ? " with its own log" : "s",
                     scenario.moved ? " after a move" : "", scenario.clients,
                     scenario.crowded ? " at once" : "", scenario.lasts.count() / 1000, broken);
}

}  // namespace optare::simulation
