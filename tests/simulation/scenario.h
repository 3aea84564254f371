// What kind of run a seed stands for.
#pragma once

#include <cstdint>
#include <string>

#include "tests/simulation/breaks.h"
#include "tests/simulation/simulated_log.h"

namespace optare::simulation {

struct Scenario {
  std::uint64_t seed = 0;
  Break broken = Break::none;
  std::size_t nodes = 3;
  bool embedded = false;
  std::size_t clients = 5;
  bool crowded = false;  // everyone wants the same, at once
  bool moved = false;    // it began in another log, and was carried over
  Duration lasts{};
  Weather weather;
  // Mean time between; zero: never.
  Duration crash_every{};
  Duration pause_every{};
  Duration leap_every{};    // of wall clocks
  Duration outage_every{};  // of the log
  Duration garbage_every{};
  Duration cut_every{};     // a topic loses its end, or is made anew
  Duration deaf_every{};    // a node hears nothing of the log, and may write
  Duration sleep_every{};   // of the whole world, for hours
  Duration zombie_every{};  // a leader that another one follows does not know it
  std::uint64_t store_fails_once_in = 0;
};

// All of it follows from the seed.
Scenario scenario_of(std::uint64_t seed, Break broken = Break::none);
std::string describe(const Scenario& scenario);

}  // namespace optare::simulation
