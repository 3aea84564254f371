// Everything that a run consists of but the people: machines, their log, and what is known of both.
#pragma once

#include <deque>
#include <memory>
#include <vector>

#include "tests/simulation/log_model.h"
#include "tests/simulation/names.h"
#include "tests/simulation/process.h"
#include "tests/simulation/scenario.h"

namespace optare::simulation {

struct Machine {
  Machine(Timeline& timeline, std::size_t place, std::int64_t drift, Chance store_chance,
          Break broken)
      : index(place),
        node_id("node-" + std::to_string(place)),
        clock(timeline, drift),
        store(store_chance, broken) {}

  // Has applied records that the log has lost since: it must stop.
  bool astray(const SimulatedLog& log) const;
  bool astray(const SimulatedLog& log, Partition partition) const;

  const std::size_t index;
  const std::string node_id;
  MachineClock clock;
  SimulatedStore store;
  LogCopies copies;
  std::unique_ptr<Process> process;  // null while it is down
  std::uint64_t incarnation = 0;     // counts starts and ends of processes
  Timestamp astray_since{};
  bool dying = false;
  bool paused = false;
  Timestamp hears_at{};                        // nothing of the log before
  bool woken = false;                          // a look at the log is scheduled
  std::deque<std::function<void()>> deferred;  // until it is paused no more
};

// A commit of control of the log in which a scenario's history began, if it was moved.
std::string imported_frame(std::uint64_t ordinal, Timestamp log_time, const Commit& commit);

class Stage {
 public:
  explicit Stage(const Scenario& scenario);

  // Runs until `end`, or until somebody is judged.
  void run_until(Timestamp end);
  // Genesis; or the history of another log, and its end.
  void begin();
  // The same, of one partition.
  void begin(Partition partition);

  void start(Machine& machine);
  void end(Machine& machine);  // kill -9
  void pause(Machine& machine, Duration duration);
  void resume(Machine& machine);
  // Everybody.
  void sleep(Duration duration);
  // In the machine's process: deferred while it is paused, dropped when that process ends.
  void after(Machine& machine, Duration delay, std::function<void()> event);
  // Its process sends a commit just now.
  void require_right_clock(const Machine& machine);
  // One that may be asked; null when there is none.
  Machine* any_ready();

  const Scenario scenario;
  Timeline timeline;
  Chance chance;
  Judge judge;
  LogModel model;
  SimulatedLog log;
  std::vector<std::unique_ptr<Machine>> machines;
  std::array<std::uint64_t, partitions.size()> begun{};  // what is never cut off

  std::function<void(Machine&)> on_step;   // a slice was applied, or the view was opened
  std::function<void(Machine&)> on_pulse;  // a process lives on

 private:
  Commit genesis() const;
  void seal(Partition partition);
  bool run_processes();
  void look(Machine& machine);
  void hear(Machine& machine);
  void work(Machine& machine);
  std::uint64_t position_moves(const Machine& machine, Partition partition,
                               std::uint64_t next_offset);
  void require_follows(const Machine& machine);
  void require_fresh(const Machine& machine);
  void require_right_history(Machine& machine);
  void pulse(Machine& machine);
};

}  // namespace optare::simulation
