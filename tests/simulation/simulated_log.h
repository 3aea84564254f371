// One log that several nodes share, on the far side of a network that loses, delays and repeats.
//
// Its brokers stamp each record with their own clock when it takes effect. With `embedded`, the
// one node that there is stamps by the real LogClock, nothing is delayed for long, and nothing is
// lost.
#pragma once

#include <array>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "core/kafka/acknowledged.h"
#include "core/kafka/delivery.h"
#include "core/kafka/history_watch.h"
#include "core/kafka/own_records.h"
#include "core/log/event_log.h"
#include "tests/simulation/chance.h"
#include "tests/simulation/machine_clock.h"
#include "tests/simulation/timeline.h"

namespace optare::simulation {

// How often something goes wrong: once in so many appends or reads; 0: never.
struct Weather {
  std::uint64_t refused = 40;      // surely not written
  std::uint64_t lost = 40;         // not written, and no answer
  std::uint64_t answer_lost = 30;  // written, and no answer
  std::uint64_t stalled = 40;      // no answer, and written only after a while, or too late
  std::uint64_t repeated = 25;     // written twice
  std::uint64_t slow = 20;         // seconds
  std::uint64_t disk_full = 100;   // surely not written
  std::uint64_t read_fault = 300;
  std::uint64_t question_lost = 30;  // nobody says where it ends, or which record is the first
  std::uint64_t fatal = 0;           // the producer ends, and another one begins

  static Weather calm() { return {0, 0, 0, 0, 0, 0, 0, 0, 0, 0}; }
};

// What of one node's business with a partition goes to a leader that is none any more.
struct Misled {
  bool hears = false;
  bool asks = false;
  bool writes = false;
};

class SimulatedLog {
 public:
  SimulatedLog(Timeline& timeline, Chance chance, Weather weather, bool embedded)
      : timeline_(timeline),
        chance_(chance),
        fatal_chance_(chance.fork()),
        weather_(weather),
        embedded_(embedded) {}

  // What happens to one append: when it takes effect, if ever, and what its sender hears.
  struct Fate {
    std::vector<Duration> written_after;
    Duration answered_after{};
    DeliveryReport report;   // but for where the record stands
    bool disk_full = false;  // nothing is sent
  };
  Fate fate();
  static Fate lost();  // not written, and no answer
  bool read_fails() { return befalls("read_fault", weather_.read_fault); }
  bool producer_fails() { return befalls("fatal", weather_.fatal, fatal_chance_); }
  bool first_fails(Chance& chance) { return befalls("first_lost", weather_.question_lost, chance); }
  bool question_fails() { return befalls("question_lost", weather_.question_lost); }
  bool embedded() const { return embedded_; }

  // A record, now. `genuine`: a node made this frame, for this partition.
  // `key`: its sender knows it again by this. `written` hears where it stands, if ever.
  void write(Partition partition, std::string bytes, bool genuine,
             std::optional<Timestamp> stamp = std::nullopt, const RecordKey& key = {},
             std::function<void(const Written&)> written = nullptr);
  std::string_view key_of(Partition partition, std::uint64_t offset) const {
    const RecordKey& key = keys_[static_cast<std::size_t>(partition)][offset];
    return {reinterpret_cast<const char*>(key.data()), key.size()};
  }
  const std::vector<LogRecord>& records(Partition partition) const {
    return records_[static_cast<std::size_t>(partition)];
  }
  // The brokers' clock, or what it says last: log time never falls.
  Timestamp log_time(Partition partition) const {
    return std::max(broker_time(), newest_[static_cast<std::size_t>(partition)]);
  }
  void leap(Duration by) {
    if (leapt_ != by) leapt_at_ = timeline_.now();
    leapt_ = by;
  }
  // When it last did.
  Timestamp leapt_at() const { return leapt_at_; }
  // Until then nothing is written.
  void be_down(Duration duration) {
    for (const Partition partition : partitions) be_down(partition, duration);
  }
  // Its leader is cut off from the others, who elect another one after `election`; it goes on
  // telling these nodes what it has.
  void depose_leader(Partition partition, Duration election, std::map<std::string, Misled> nodes);
  // The old leader learns that it is none: whom it misled finds the new one.
  void unite(Partition partition) { old_leader(partition).reset(); }
  bool divided(Partition partition) const { return old_leader(partition).has_value(); }
  Misled misled(Partition partition, const std::string& node) const;
  // Whoever leads now, the node hears.
  void turn_to_leaders(const std::string& node);
  // One past the last record that the leader has, or the one that leads no more.
  std::uint64_t end_at(Partition partition, bool old) const;
  // Its first record that is no older, as that leader says.
  std::uint64_t first_since(Partition partition, Timestamp since, bool old) const;
  // The log loses its end, and begins another history once it has elected a leader.
  void cut(Partition partition, std::uint64_t end, Duration election);
  // For so long there is no such topic: who reads it hears that.
  void be_gone(Partition partition, Duration duration);
  bool gone(Partition partition) const {
    return timeline_.now() < back_again_[static_cast<std::size_t>(partition)];
  }
  // Nothing is written.
  bool down(Partition partition) const {
    return timeline_.now() < up_again_[static_cast<std::size_t>(partition)];
  }
  std::uint64_t history(Partition partition) const {
    return cuts_[static_cast<std::size_t>(partition)].size();
  }
  // Whether who applied all before `offset` in that history applied what is lost now.
  bool lost(Partition partition, std::uint64_t history, std::uint64_t offset) const;
  void calm_down() { weather_ = Weather::calm(); }

  // Each sender's frames, before anything happens to them.
  std::function<void(Partition, const std::string& frame)> on_sent;
  std::function<void(Partition, const LogRecord&, bool genuine)> on_written;
  std::function<void(Partition, std::uint64_t end)> on_cut;
  // A node was told that the log ends there, who asked when it had `was` records.
  std::function<void(Partition, const std::string& node, std::uint64_t end, std::uint64_t was)>
      on_end_told;

  Timeline& timeline() { return timeline_; }
  // How often each thing went wrong.
  const std::map<std::string, std::uint64_t>& faults() const { return faults_; }

 private:
  struct OldLeader {
    std::uint64_t end = 0;
    std::map<std::string, Misled> nodes;
  };
  std::optional<OldLeader>& old_leader(Partition partition) {
    return old_leaders_[static_cast<std::size_t>(partition)];
  }
  const std::optional<OldLeader>& old_leader(Partition partition) const {
    return old_leaders_[static_cast<std::size_t>(partition)];
  }
  void be_down(Partition partition, Duration duration);
  bool befalls(const char* fault, std::uint64_t once_in) {
    return befalls(fault, once_in, chance_);
  }
  bool befalls(const char* fault, std::uint64_t once_in, Chance& chance);
  Timestamp broker_time() const { return timeline_.now() + leapt_; }

  Timeline& timeline_;
  Chance chance_;
  Chance fatal_chance_;
  Weather weather_;
  bool embedded_;
  Duration leapt_{};
  Timestamp leapt_at_{};
  std::array<Timestamp, partitions.size()> up_again_{};
  std::array<Timestamp, partitions.size()> back_again_{};
  std::array<std::optional<OldLeader>, partitions.size()> old_leaders_;
  std::array<std::int32_t, partitions.size()> leaders_{};
  std::array<std::vector<LogRecord>, partitions.size()> records_;
  std::array<std::vector<RecordKey>, partitions.size()> keys_;
  std::array<Timestamp, partitions.size()> newest_{};               // of all records' times
  std::array<std::vector<std::uint64_t>, partitions.size()> cuts_;  // where, in order
  std::map<std::string, std::uint64_t> faults_;
};

}  // namespace optare::simulation
