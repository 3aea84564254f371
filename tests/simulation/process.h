// One running node: the real parts, wired to a simulated machine.
#pragma once

#include <boost/asio/io_context.hpp>
#include <deque>
#include <functional>
#include <string>

#include "commands/runner.h"
#include "core/openssl/frame_mac.h"
#include "projections/follow.h"
#include "tests/simulation/breaks.h"
#include "tests/simulation/log_handle.h"
#include "tests/simulation/simulated_store.h"

namespace optare::simulation {

extern const LogId log_id;
FleetMac fleet_mac();

class Process {
 public:
  struct Surroundings {
    SimulatedLog& log;
    LogCopies& copies;
    SimulatedStore& store;
    MachineClock& clock;
    Chance chance;
    std::string node_id;
    Break broken = Break::none;
  };
  // `deliver` calls back in this process: late when it is paused, never once it has died.
  Process(Surroundings surroundings, LogHandle::Deliver deliver);
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  // Opens the view. Throws LogFault, StoreFault.
  void open();
  // Hears what is written by now.
  void fetch() { log_.fetch(); }
  // Applies what was heard. A fault is tried again next time.
  void work();
  // The processor's share: runs what is ready; true when there was something.
  bool run();
  // Lets everything end that waits, as if long ago; what it asks of the log from now on is not
  // written. False when something waits for ever.
  bool die();

  // Ticks, as the adapter makes them.
  void break_silence();
  // Has applied a record that was written after the start, and what it read before is the log's.
  bool ready() const;
  bool stopped() const { return follower_.stopped(); }

  boost::asio::io_context& io() { return io_; }
  LiveStates& states() { return states_; }
  const Follower& follower() const { return follower_; }
  CommandRunner& runner();
  const EventLog& log() const { return seen_log_; }
  // LogHandle's.
  int unheard(Partition partition) const { return log_.unheard(partition); }
  bool heard_what_is_lost() const { return log_.heard_what_is_lost(); }
  std::optional<Timestamp> measured_at() const { return log_.measured_at(); }
  Random& random() { return random_; }
  const Settler& settler() const { return settler_; }
  int requests = 0;  // under way

 private:
  LogCommandRunner::Parts runner_parts();

  Surroundings around_;
  boost::asio::io_context io_{1};
  SeededRandom random_;
  FleetMac mac_;
  LogHandle log_;
  TamperedLog seen_log_;
  LiveStates states_;
  Settler settler_;
  Journal journal_;
  LogCommandRunner runner_;
  std::deque<LogCommandRunner> runners_;  // Break::no_queue: one for each request
  Follower follower_;
  std::uint64_t started_at_;  // the control log's end then
  mutable bool settled_ = false;
};

}  // namespace optare::simulation
