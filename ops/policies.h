// What the system does by itself: it records that secrets have expired, and lets old issuance
// records go.
#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <thread>

#include "commands/handle.h"
#include "core/issuance/retention.h"
#include "core/log/retained_log.h"
#include "core/ports/random.h"
#include "core/ports/store.h"
#include "ops/log_line.h"

namespace optare {

constexpr std::size_t due_secrets_per_round_max = 100;  // ours
constexpr std::chrono::minutes retention_interval{10};  // ours
constexpr std::chrono::milliseconds due_secrets_interval_default{1000};

class Policies {
 public:
  struct Parts {
    const Store& store;
    const EventLog& log;  // whose time decides what is due
    CommandRunner& runner;
    RetainedLog& spool_log;
    IssuanceRetention retention;
    Random& random;
    LogLines& lines;
    std::chrono::milliseconds due_secrets_interval = due_secrets_interval_default;
  };
  // Starts a thread of its own. All parts outlive this.
  explicit Policies(Parts parts);
  // Waits for a command under way.
  ~Policies();
  Policies(const Policies&) = delete;
  Policies& operator=(const Policies&) = delete;

  std::uint64_t secrets_expired() const { return secrets_expired_; }

 private:
  Task<> run();
  Task<> expire_secrets();
  void drop_old_records();
  std::chrono::milliseconds jittered(std::chrono::milliseconds interval);

  Parts parts_;
  boost::asio::io_context io_{1};
  boost::asio::steady_timer timer_{io_};
  std::chrono::steady_clock::time_point retention_due_{};
  std::atomic<std::uint64_t> secrets_expired_ = 0;
  std::atomic<bool> stopping_ = false;
  std::thread thread_;
};

}  // namespace optare
