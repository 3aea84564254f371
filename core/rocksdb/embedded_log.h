// The ordered log without a server: RocksDB, one writer thread, group commit (design D4).
#pragma once

#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <map>
#include <mutex>
#include <thread>

#include "core/log/log_clock.h"
#include "core/log/retained_log.h"
#include "core/rocksdb/hot_tail.h"
#include "core/rocksdb/log_database.h"

namespace optare {

struct EmbeddedLogOptions {
  std::filesystem::path directory;
  OpenMode mode = OpenMode::write;  // read_only: beside a running server; `append` refuses
  // Whether a wall clock that is not believed refuses appends. The spool's times decide nothing.
  bool refuse_wrong_clock = true;
  // Below so much free space appends are refused, so that there is room to recover in.
  std::uint64_t disk_reserve_bytes = 64ULL << 20U;
  // Over these, `append` is refused at once (not_persisted).
  std::size_t queue_records_max = 16'384;
  std::size_t queue_bytes_max = 32U << 20U;
  // One synced write takes at most these.
  std::size_t batch_records_max = 4'096;
  std::size_t batch_bytes_max = 4U << 20U;
  // Kept in memory for the reader that follows.
  std::size_t tail_records_max = 4'096;
  std::size_t tail_bytes_max = 4U << 20U;
};

// After a failed write it looks at its files anew: what is not there was surely not written. While
// they cannot be opened for writing (a full disk) what was durable before is read on, appends are
// refused, and it tries again by itself.
//
// Thread: all members from any thread. `done` and `on_records` are called on the writer thread and
// must not block it; they may call `append`.
class EmbeddedLog final : public RetainedLog {
 public:
  // Throws LogFault. `resources` and `clock` outlive this.
  EmbeddedLog(const RocksResources& resources, const Clock& clock, EmbeddedLogOptions options);
  // What is queued is answered not_persisted.
  ~EmbeddedLog() override;
  EmbeddedLog(const EmbeddedLog&) = delete;
  EmbeddedLog& operator=(const EmbeddedLog&) = delete;

  void append(Partition partition, std::string frame, Appended done) override;
  std::vector<LogRecord> read(Partition partition, std::uint64_t offset,
                              std::size_t records_max) const override;
  // Throws LogFault while nobody knows whether what a failed write left behind is durable.
  std::uint64_t end(Partition partition) const override;
  // What is surely durable; also while `end` cannot tell.
  std::uint64_t known_end(Partition partition) const;
  Currency currency(Partition) const override { return {machine_clock_.boottime(), clock_.now()}; }
  void ask_end(Partition partition, EndAnswered done) const override;
  Timestamp now() const override { return clock_.now(); }
  void on_records(std::function<void()> callback) override;
  Cut cut(Partition partition) const override;
  void drop_before(Partition partition, std::uint64_t offset, std::string note) override;
  std::uint64_t bytes() const override;

  // Why it takes no appends now; empty when it does. For /readyz and the log line.
  std::string fault() const;

 private:
  struct Pending {
    Partition partition{};
    std::string frame;
    Appended done;
  };
  using Batch = std::vector<Pending>;

  void write_until_stopped();
  Batch take_batch();  // waits; empty when woken without work
  void write(Batch batch);
  std::optional<Append> refusal(Timestamp& time);
  Append look_into_failed_write();
  void publish(const std::vector<LogDatabase::Row>& rows, Batch& batch);
  bool has_room() const;
  bool reopen();  // true when it takes appends
  void learn_ends(bool writable);
  void notify() const;

  const RocksResources& resources_;
  const Clock& machine_clock_;
  const EmbeddedLogOptions options_;
  LogDatabase database_;
  std::chrono::steady_clock::time_point reopen_due_{};  // the writer's

  mutable std::mutex ends_mutex_;
  std::map<Partition, std::uint64_t> ends_;
  std::map<Partition, Cut> cuts_;
  bool ends_known_ = true;
  std::function<void()> on_records_;

  LogClock clock_;
  HotTail tail_;

  std::mutex queue_mutex_;
  std::condition_variable queue_changed_;
  std::vector<Pending> queue_;
  std::size_t queue_bytes_ = 0;
  bool stopping_ = false;
  bool writer_waits_ = false;
  std::thread writer_;
};

}  // namespace optare
