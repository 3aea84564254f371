// What can happen to a fleet and its brokers: each is done to them under load, measured and healed.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/fleet_under_load.h"

namespace optare {

// What was measured: "next commit" -> how long after the fault.
using Measures = std::vector<std::pair<std::string, Duration>>;

std::string text_of(const Measures& measures);
// The next commit, and tokens at all nodes, after that moment.
Measures life_after(FleetUnderLoad& load, const std::string& fault, Steady::time_point moment);

// Whether the node fails closed for an application that it knows (design D11): to ask for a token,
// and for one to be told, is refused as by a node that has not heard from its log for too long.
// What it said instead; empty when it does.
std::string not_closed(const FleetUnderLoad& load, const ServerProcess& node);

struct Fault {
  std::string name;
  std::string what;  // for a person
  Duration usual{};  // how long a round takes, for who waits
  // Returns when all is as before. What it finds wrong is in `load.wrong`; it throws when something
  // takes too long.
  std::function<Measures(FleetUnderLoad& load, Duration pause)> happen;
};

// `pause` is how long node-paused and nothing last.
const std::vector<Fault>& all_faults();
// Throws when there is none of that name.
const Fault& fault_named(const std::string& name);

}  // namespace optare
