// Several clients at once on one server, and what that must say after all of them.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/life_under_load.h"

namespace optare {

class Lives {
 public:
  // Makes what they need. REQUIRES: the server runs; it outlives this.
  Lives(ServerProcess& server, int count);
  ~Lives();

  // They begin, and ask while the plan is open.
  void begin();
  LifeUnderLoad::Plan& plan() { return plan_; }
  unsigned seed() const { return seed_; }
  // The last answers are there. A failed one is the test's.
  void end();

  std::uint64_t answers() const;
  std::uint64_t repeated() const;
  // What was acknowledged is there, once, and nothing else is; also by the export of issuance and
  // by a replay. Stops the server.
  void expect_all_that_was_acknowledged();

 private:
  const unsigned seed_ = LifeUnderLoad::seed();
  ServerProcess& server_;
  LifeUnderLoad::Plan plan_;
  std::vector<std::unique_ptr<LifeUnderLoad>> lives_;
  std::vector<std::jthread> running_;
};

}  // namespace optare
