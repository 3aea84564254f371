// The thread that follows the log: the store's only writer while it runs.
#pragma once

#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

#include "core/issuance/last_used.h"
#include "core/log/event_log.h"
#include "core/ports/clock.h"
#include "ops/log_line.h"
#include "projections/follow.h"

namespace optare {

// How long the thread sleeps when nothing comes; deadlines of waiters are kept to this precision.
constexpr std::chrono::milliseconds follower_idle_max{50};
constexpr Duration last_used_flush_interval = std::chrono::minutes(1);  // contracts.md U
constexpr std::chrono::milliseconds follower_retry_interval{500};       // after a fault

class FollowerThread {
 public:
  struct Parts {
    Follower& follower;
    const LiveStates& states;
    EventLog& log;
    Store& store;
    LastUsed& last_used;
    const Clock& clock;
    LogLines& lines;
  };
  // Starts. REQUIRES: an opened follower; all parts outlive this.
  explicit FollowerThread(Parts parts);
  // Ends, writes what is left to write, and makes the store durable.
  ~FollowerThread();
  FollowerThread(const FollowerThread&) = delete;
  FollowerThread& operator=(const FollowerThread&) = delete;

  // Why nothing is applied now; empty when all is well. Thread: any.
  std::string fault() const;

 private:
  // Shared with the log's callback, which may come while this ends.
  struct Wake {
    std::mutex mutex;
    std::condition_variable changed;
    bool records = false;
    bool stopping = false;
  };
  void run();
  bool work();  // false: a fault, try again later
  void keep_time();
  void flush_last_used();
  void note_fault(std::string fault);

  Parts parts_;
  std::shared_ptr<Wake> wake_ = std::make_shared<Wake>();
  mutable std::mutex fault_mutex_;
  std::string fault_;
  Duration flushed_at_;
  Duration ticked_at_{};
  bool stop_told_ = false;
  std::thread thread_;
};

}  // namespace optare
