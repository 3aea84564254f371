// The port to the ordered log. Adapters: memory, rocksdb (embedded). One contract suite holds for
// all (tests/contract/event_log_contract.h).
#pragma once

#include <cstdint>
#include <functional>
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

class EventLog {
 public:
  using Appended = std::function<void(Append)>;

  virtual ~EventLog() = default;
  // Takes one frame; `done` is called exactly once, on any thread, not necessarily after `append`
  // returned.
  virtual void append(Partition partition, std::string frame, Appended done) = 0;
  // Durable records from `offset` on, in order, at most `records_max`; empty when there are none
  // yet. Throws LogFault when the log cannot be read.
  virtual std::vector<LogRecord> read(Partition partition, std::uint64_t offset,
                                      std::size_t records_max) const = 0;
  // One past the last durable record.
  virtual std::uint64_t end(Partition partition) const = 0;
  // The log's estimate of its own time now: deadlines are made with it.
  virtual Timestamp now() const = 0;
  // Called, on any thread, when new records became durable. One subscriber.
  virtual void on_records(std::function<void()> callback) = 0;
};

// The disk or the library failed; nothing was decided.
struct LogFault : std::runtime_error {
  using std::runtime_error::runtime_error;
};

}  // namespace optare
