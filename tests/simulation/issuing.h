// What nodes issue: batches in their spools, which the forwarder's own decisions
// (core/issuance/forwarding) bring into one topic, through sessions that end at any moment.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/issuance/chain.h"
#include "core/issuance/forwarding.h"
#include "core/memory/memory_log.h"
#include "tests/simulation/stage.h"

namespace optare::simulation {

class Issuing {
 public:
  explicit Issuing(Stage& stage);

  // The machine's process lives on.
  void pulse(Machine& machine);
  // From now on nothing goes wrong, and nothing more is issued.
  void end() { ended_ = true; }
  void check_the_end();
  std::uint64_t repeated() const { return repeated_; }
  std::uint64_t dropped() const { return dropped_; }
  std::uint64_t sessions() const { return sessions_; }

 private:
  struct Sent {
    std::uint64_t offset = 0;
    std::string bytes;
  };
  // A producer that keeps the order of what it is given. What is in flight when it ends, or its
  // process does, may get there or not: but nothing behind what does not.
  struct Session {
    Machine* machine = nullptr;
    std::uint64_t incarnation = 0;
    std::map<std::size_t, std::deque<Sent>> in_flight{};  // by partition
    std::map<std::size_t, std::deque<std::uint64_t>> written{};
    std::deque<std::uint64_t> acknowledged{};
    std::string fault{};
    bool over = false;
    bool cut_off = false;
  };
  struct Batch {
    bool in_topic = false;
    bool dropped = false;  // by its spool
    bool gone = false;     // with its spool, or with the mark that told whether it was forwarded
  };
  // What one machine keeps, and its process.
  struct Node {
    std::unique_ptr<MemoryLog> spool;
    std::string mark;
    bool marked = false;               // of the spool of now
    std::vector<std::size_t> offsets;  // in the spool of now, places in `batches`
    std::vector<Batch> batches;        // all that it made, in order
    std::size_t newest_in_topic = 0;   // how many of them up to that one
    std::uint64_t lost = 0;            // counted by processes that have ended
    std::uint64_t incarnation = 0;
    std::uint8_t starts = 0;
    ChainEnd chain;
    std::shared_ptr<IssuanceAcknowledgements> acknowledgements;
    std::shared_ptr<Session> session;
    std::unique_ptr<Forwarding> forwarding;
  };

  void start(Machine& machine, Node& node);
  Forwarding::Ways ways(Machine& machine, Node& node);
  void issue(Machine& machine, Node& node);
  void drop(Node& node);
  static void lose_spool(Machine& machine, Node& node);
  static void lose_mark(Node& node);
  static void forget_dropped(Node& node);
  void count_lost(const Machine& machine, Node& node);
  void check_forwarded(const Machine& machine, Node& node);
  void check_what_a_reader_finds(std::size_t there, std::size_t made);
  void deliver_later(const std::shared_ptr<Session>& session, std::size_t partition, Duration most);
  void deliver(const std::shared_ptr<Session>& session, std::size_t partition);
  void written(const std::string& node_id, std::size_t partition, const std::string& bytes);
  IssuanceAcknowledgements::Time time_of(const Machine& machine) const;
  bool broken(Break broken) const { return stage_.scenario.broken == broken; }

  Stage& stage_;
  Chance chance_;
  bool ended_ = false;
  std::size_t partitions_ = 1;
  std::map<std::string, Node> nodes_;
  std::map<std::string, std::size_t> known_;        // by hash: which of its node
  std::vector<std::vector<std::string>> topic_{1};  // by partition
  std::uint64_t repeated_ = 0;
  std::uint64_t dropped_ = 0;
  std::uint64_t sessions_ = 0;
};

}  // namespace optare::simulation
