// The port to the ordered log. Adapters: memory, rocksdb (embedded), kafka. One contract suite
// holds for all (tests/contract/event_log_contract.h).
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "core/log/admission.h"
#include "core/log/commit.h"

namespace optare {

enum class Append : std::uint8_t {
  persisted,           // durable; it will be read at some offset
  not_persisted,       // surely not written: may be repeated at once
  possibly_persisted,  // no answer: it may turn up until its deadline
  refused_disk_full,   // surely not written: the reserve of disk is reached
  refused_clock,       // surely not written: wall clock and log time disagree
};

// How current the log is that is read here: every record that was durable at `at` (boottime) is
// below end(), and what is appended later has at least `log_time`.
struct Currency {
  // Before any moment of this boot: nothing is proven yet.
  static constexpr Duration never = -std::chrono::days(365);
  // Whether it is an age of something proven.
  static constexpr bool is_age(Duration age) { return age < -never; }
  Duration at = never;
  Timestamp log_time{};
  bool operator==(const Currency&) const = default;
};

class EventLog {
 public:
  using EndAnswered = std::function<void(std::optional<std::uint64_t>)>;
  using Appended = std::function<void(Append)>;

  virtual ~EventLog() = default;
  // Takes one frame; `done` is called exactly once, on any thread, not necessarily after `append`
  // returned.
  virtual void append(Partition partition, std::string frame, Appended done) = 0;
  // Durable records from `offset` on, in order, at most `records_max`; empty when there are none
  // yet. Throws LogFault when the log cannot be read.
  virtual std::vector<LogRecord> read(Partition partition, std::uint64_t offset,
                                      std::size_t records_max) const = 0;
  // One past the last durable record that can be read here: all of them when nobody else appends.
  virtual std::uint64_t end(Partition partition) const = 0;
  virtual Currency currency(Partition partition) const = 0;
  // One past the last record that is durable anywhere when this is called; none when nobody can
  // tell in time. `done` is called exactly once, on any thread, perhaps before this returns. Many
  // callers share one question: who asks often puts no load on the log.
  virtual void ask_end(Partition partition, EndAnswered done) const = 0;
  // The log's estimate of its own time now: deadlines are made with it.
  virtual Timestamp now() const = 0;
  // Called, on any thread, when new records became durable. One subscriber.
  virtual void on_records(std::function<void()> callback) = 0;
  // Why this is not the log that was read before, and what to do; empty when it is. It stays.
  virtual std::string other_history() const { return {}; }
  // Has the record before end() compared with the log's own: other_history() says, perhaps later,
  // what came of it. For logs that read from a copy.
  virtual void look_again(Partition /*partition*/) const {}
};

// The disk or the library failed; nothing was decided.
struct LogFault : std::runtime_error {
  using std::runtime_error::runtime_error;
};

}  // namespace optare
