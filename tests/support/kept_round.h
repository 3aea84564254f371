// What is left of a round of a fault, for who wants to know why it took so long.
#pragma once

#include <filesystem>

#include "tests/support/fleet_under_load.h"

namespace optare {

// Makes `folder`: `calls` has a line for each second since `began` and each node (done, refused,
// unknown), `node-N` and `broker-N` what they logged since they are there, `metrics-N` what a node
// counted, if it answers.
void keep_round(const FleetUnderLoad& load, Steady::time_point began,
                const std::filesystem::path& folder);

}  // namespace optare
