// One run of everything, from one seed.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tests/simulation/scenario.h"

namespace optare::simulation {

// What a run did; so that a test can tell that it did something.
struct Counts {
  std::uint64_t requests = 0;
  std::uint64_t done = 0;
  std::uint64_t refused = 0;
  std::uint64_t unknown = 0;
  std::uint64_t replayed = 0;
  std::uint64_t admitted = 0;
  std::uint64_t races_lost = 0;
  std::uint64_t tokens_honoured = 0;
  std::uint64_t tokens_refused = 0;
  std::map<std::string, std::uint64_t> faults;  // that happened, by name
  bool operator==(const Counts&) const = default;
  Counts& operator+=(const Counts& other);
};

struct Report {
  Scenario scenario;
  std::optional<Violation> violation;
  Counts counts;
  std::uint64_t digest = 0;        // of the trace
  std::vector<std::string> trace;  // its end
};

Report run(const Scenario& scenario);
// `ops/simulate` with what makes it run this again.
std::string repeat_line(const Scenario& scenario);
// What went wrong, how it came about, and that line.
std::string explain(const Report& report);

}  // namespace optare::simulation
