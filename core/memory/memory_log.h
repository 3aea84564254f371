// The ordered log in memory: real, but gone with the process. For tests and the simulation.
#pragma once

#include <map>
#include <mutex>

#include "core/log/log_clock.h"
#include "core/log/retained_log.h"

namespace optare {

// `append` is durable, and its callbacks have run, when it returns.
class MemoryLog final : public RetainedLog {
 public:
  explicit MemoryLog(const Clock& clock);

  void append(Partition partition, std::string frame, Appended done) override;
  std::vector<LogRecord> read(Partition partition, std::uint64_t offset,
                              std::size_t records_max) const override;
  std::uint64_t end(Partition partition) const override;
  Currency currency(Partition) const override { return {machine_clock_.boottime(), now()}; }
  void ask_end(Partition partition, EndAnswered done) const override { done(end(partition)); }
  Timestamp now() const override;
  void on_records(std::function<void()> callback) override;
  Cut cut(Partition partition) const override;
  void drop_before(Partition partition, std::uint64_t offset, std::string note) override;
  std::uint64_t bytes() const override;

 private:
  struct Records {
    Cut cut;
    std::vector<LogRecord> kept;  // from cut.offset on
    std::uint64_t end() const { return cut.offset + kept.size(); }
  };
  const Clock& machine_clock_;
  mutable std::mutex mutex_;
  LogClock clock_;
  std::map<Partition, Records> partitions_;
  std::function<void()> on_records_;
};

}  // namespace optare
