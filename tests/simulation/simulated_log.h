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

#include "core/kafka/own_records.h"
#include "core/log/end_questions.h"
#include "core/log/event_log.h"
#include "core/log/log_clock.h"
#include "core/log/log_time_estimate.h"
#include "core/log/tick_schedule.h"
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
  std::uint64_t disk_full = 200;   // surely not written
  std::uint64_t read_fault = 300;
  std::uint64_t question_lost = 30;  // where it ends, nobody says

  static Weather calm() { return {0, 0, 0, 0, 0, 0, 0, 0, 0}; }
};

class SimulatedLog {
 public:
  SimulatedLog(Timeline& timeline, Chance chance, Weather weather, bool embedded)
      : timeline_(timeline), chance_(chance), weather_(weather), embedded_(embedded) {}

  // What happens to one append: when it takes effect, if ever, and what its sender hears.
  struct Fate {
    std::vector<Duration> written_after;
    Duration answered_after{};
    Append answer = Append::persisted;
  };
  Fate fate();
  bool read_fails() { return befalls("read_fault", weather_.read_fault); }
  bool question_fails() { return befalls("question_lost", weather_.question_lost); }
  bool embedded() const { return embedded_; }

  // A record, now. `genuine`: a node made this frame, for this partition.
  // `key`: its sender knows it again by this.
  void write(Partition partition, std::string bytes, bool genuine,
             std::optional<Timestamp> stamp = std::nullopt, const RecordKey& key = {});
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
  void be_down(Duration duration) { up_again_ = timeline_.now() + duration; }
  // The log loses its end, and begins another history.
  void cut(Partition partition, std::uint64_t end);
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

  Timeline& timeline() { return timeline_; }
  // How often each thing went wrong.
  const std::map<std::string, std::uint64_t>& faults() const { return faults_; }

 private:
  bool befalls(const char* fault, std::uint64_t once_in);
  Timestamp broker_time() const { return timeline_.now() + leapt_; }

  Timeline& timeline_;
  Chance chance_;
  Weather weather_;
  bool embedded_;
  Duration leapt_{};
  Timestamp leapt_at_{};
  Timestamp up_again_{};
  std::array<std::vector<LogRecord>, partitions.size()> records_;
  std::array<std::vector<RecordKey>, partitions.size()> keys_;
  std::array<Timestamp, partitions.size()> newest_{};               // of all records' times
  std::array<std::vector<std::uint64_t>, partitions.size()> cuts_;  // where, in order
  std::map<std::string, std::uint64_t> faults_;
};

// One process's connection. Ends with it; what it sent goes on. What it goes by are the parts of
// the adapter to brokers; what it hears, and when, is the simulation's.
class LogHandle final : public EventLog {
 public:
  // `deliver` calls back when the process runs, and never once it is gone.
  using Deliver = std::function<void(Duration delay, std::function<void()>)>;
  LogHandle(SimulatedLog& log, const Clock& clock, Chance chance, Deliver deliver);

  void append(Partition partition, std::string frame, Appended done) override;
  std::vector<LogRecord> read(Partition partition, std::uint64_t offset,
                              std::size_t records_max) const override;
  std::uint64_t end(Partition partition) const override;
  Currency currency(Partition partition) const override;
  void ask_end(Partition partition, EndAnswered done) const override;
  Timestamp now() const override;
  void on_records(std::function<void()>) override {}  // the process looks often enough

  // Hears all that is written by now; it is read from here on.
  void fetch();
  // The next tick, if the node is to append one now.
  void tick(Partition partition, const std::function<std::string()>& make);
  // When the newest record was sent that came back soon, by the one true time; none: none did.
  std::optional<Timestamp> measured_at() const { return measured_at_; }
  void refuse_no_clock() { refuses_clock_ = false; }
  // From now on nothing that is appended is written.
  void cut_off() { cut_off_ = true; }

 private:
  void append_embedded(Partition partition, std::string frame, Appended done);
  void send(Partition partition, std::string frame, Appended done);
  bool clock_is_refused() const;
  void ask_next(Partition partition) const;

  struct Part {
    LogTimeEstimate estimate;
    TickSchedule ticks;
    std::uint64_t heard = 0;  // one past the last record that was
    EndQuestions questions;
  };
  Part& part(Partition partition) const { return parts_[static_cast<std::size_t>(partition)]; }

  SimulatedLog& log_;
  const Clock& clock_;
  Deliver deliver_;
  bool cut_off_ = false;
  bool refuses_clock_ = true;
  mutable Chance chance_;
  SeededRandom random_;
  LogClock own_clock_;  // embedded
  OwnRecords own_;
  std::optional<Timestamp> measured_at_;
  mutable std::array<Part, partitions.size()> parts_;
};

}  // namespace optare::simulation
