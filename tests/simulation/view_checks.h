// What a node's view must be after each slice that it applied.
#pragma once

#include <map>

#include "tests/simulation/stage.h"

namespace optare::simulation {

class ViewChecks {
 public:
  explicit ViewChecks(Stage& stage) : stage_(stage) {}

  void check(Machine& machine);
  // Positions past it belong to another history.
  void forget(Partition partition, std::uint64_t end);

 private:
  void check_admitted(Machine& machine, Partition partition);
  void check_rows(Machine& machine, Partition partition);

  Stage& stage_;
  // By partition and next offset: the digest of all rows, and who had it first.
  std::map<std::pair<Partition, std::uint64_t>, std::pair<std::uint64_t, std::string>> seen_;
  std::map<std::string, std::array<std::uint64_t, partitions.size()>>
      checked_;  // ordinals, by node
};

}  // namespace optare::simulation
