// A node's connection to the simulated log, through the parts of the adapter that decide.
#pragma once

#include <array>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/kafka/following.h"
#include "core/kafka/history_watch.h"
#include "core/kafka/log_keeper.h"
#include "core/log/end_questions.h"
#include "core/log/event_log.h"
#include "core/log/log_clock.h"
#include "tests/simulation/simulated_log.h"

namespace optare::simulation {

// What one machine has read of a log of brokers: kept when its process dies.
struct LogCopy {
  std::vector<LogRecord> records;
  std::uint64_t history = 0;  // of the log; the last one that had all of it
  std::optional<std::uint64_t>
      sound;              // since the log lost some of it: what comes behind is another
  bool outgrown = false;  // by the log, before anybody looked
};
using LogCopies = std::array<LogCopy, partitions.size()>;

// One process's connection. Ends with it; what it sent goes on. What it goes by are the parts of
// the adapter to brokers; what it hears, and when, is the simulation's.
class LogHandle final : public EventLog {
 public:
  // `deliver` calls back when the process runs, and never once it is gone.
  using Deliver = std::function<void(Duration delay, std::function<void()>)>;
  LogHandle(SimulatedLog& log, LogCopies& copies, std::string node, const Clock& clock,
            Chance chance, Deliver deliver);

  void append(Partition partition, std::string frame, Appended done) override;
  std::vector<LogRecord> read(Partition partition, std::uint64_t offset,
                              std::size_t records_max) const override;
  std::uint64_t end(Partition partition) const override;
  Currency currency(Partition partition) const override;
  void ask_end(Partition partition, EndAnswered done) const override;
  Timestamp now() const override;
  void on_records(std::function<void()>) override {}  // the process looks often enough
  std::string other_history() const override { return other_history_; }
  void look_again(Partition partition) const override { part(partition).following->stop(); }

  // Hears all that is written by now; it is read from here on.
  void fetch();
  void tick_with(LogKeeper::MakeTick make_tick) { keeper_.tick_with(std::move(make_tick)); }
  // Appends the ticks that are due, and leaves a leader that is none any more.
  void keep_time();
  // How often `keep_time` found, one time after the other, that what the log acknowledged was not
  // heard.
  int unheard(Partition partition) const { return part(partition).unheard; }
  // Whether all that was read before the start is the log's own, as far as brokers say.
  bool settled() const;
  // Whether it heard what the log lost since.
  bool heard_what_is_lost() const;
  // When the newest record was sent that came back soon, by the one true time; none: none did.
  std::optional<Timestamp> measured_at() const { return measured_at_; }
  void refuse_no_clock() { refuses_clock_ = false; }
  void believe_every_leader() { believes_all_ = true; }
  void never_turn() { turns_ = false; }
  void compare_nothing() { compares_ = false; }
  void ask_for_no_first() { asks_first_ = false; }
  // From now on nothing that is appended is written.
  void cut_off() { cut_off_ = true; }

 private:
  void append_embedded(Partition partition, std::string frame, Appended done);
  LogKeeper::Ways ways();
  void produce(Partition partition, const RecordKey& key, const std::string& frame,
               LogKeeper::Produced done) const;
  void answer(std::uint64_t number, DeliveryReport report) const;
  void replace_producer() const;
  Following::Ways following_ways(Partition partition);
  void follow(Partition partition);
  void take(Partition partition, const LogRecord& record);
  void ask(Partition partition, EndAnswered done) const;
  void ask_next(Partition partition) const;
  HistoryWatch::Ways watch_ways();
  void ask_first(Partition partition, Timestamp since, HistoryWatch::FirstAnswered done) const;
  EndAnswered noted(Partition partition, EndAnswered done) const;

  struct Sending {
    bool sent = false;    // else it is in the producer's queue
    bool purged = false;  // from it
    std::optional<Written> first;
  };
  struct Outstanding {
    Partition partition{};
    LogKeeper::Produced done;
    std::shared_ptr<Sending> sending;
  };
  struct Part {
    std::optional<Following> following;
    std::uint64_t next = 0;          // what is fetched
    std::uint64_t acknowledged = 0;  // one past the last own record that was
    int unheard = 0;
    EndQuestions questions;
  };
  Part& part(Partition partition) const { return parts_[static_cast<std::size_t>(partition)]; }
  LogCopy& copy(Partition partition) const { return copies_[static_cast<std::size_t>(partition)]; }

  SimulatedLog& log_;
  LogCopies& copies_;
  const std::string node_;
  const Clock& clock_;
  Deliver deliver_;
  bool believes_all_ = false;
  bool turns_ = true;
  bool compares_ = true;
  bool asks_first_ = true;
  bool cut_off_ = false;
  bool refuses_clock_ = true;
  mutable Chance first_chance_;
  mutable Chance chance_;
  mutable SeededRandom random_;
  LogClock own_clock_;  // embedded
  LogKeeper keeper_;
  HistoryWatch watch_;
  std::optional<Timestamp> measured_at_;
  std::string other_history_;
  mutable std::array<Part, partitions.size()> parts_;
  mutable std::map<std::uint64_t, Outstanding> outstanding_;
  mutable std::uint64_t last_number_ = 0;
};

}  // namespace optare::simulation
