// What goes wrong, and when.
#pragma once

#include <map>
#include <string>

#include "tests/simulation/requests.h"

namespace optare::simulation {

class Faults {
 public:
  explicit Faults(Stage& stage) : stage_(stage), chance_(stage.chance.fork()) {}

  void start();
  // From now on nothing goes wrong any more; what did is put right.
  void end();
  // Somebody wants to know where a log ends of whose leaders one is none any more.
  void ask_whom_it_misled(Machine& machine);
  // The log lost records from `end` on.
  std::function<void(Partition, std::uint64_t end)> on_cut;
  // How often each went wrong.
  const std::map<std::string, std::uint64_t>& counts() const { return counts_; }

 private:
  void again_and_again(const char* name, Duration every, void (Faults::*fault)());
  void crash();
  void pause();
  void leap();
  void outage();
  void garbage();
  void cut();
  void make_anew(Partition partition);
  void deafen();
  void sleep();
  void depose();
  std::string forged_deletion();
  Commit deletion();
  void late_import();

  Stage& stage_;
  Chance chance_;
  bool ended_ = false;
  std::map<std::string, std::uint64_t> counts_;
};

}  // namespace optare::simulation
