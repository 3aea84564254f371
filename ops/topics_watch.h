// Looks each minute whether the topics are still set as they have to be.
#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

#include "core/kafka/topic_admin.h"
#include "ops/log_line.h"

namespace optare {

constexpr std::chrono::milliseconds topics_watch_interval{60'000};

// While a setting is wrong that a write could suffer from, `refusal` says which; it ends with the
// setting. A look that fails changes nothing: what brokers do not tell is not held against them.
class TopicsWatch {
 public:
  // Starts. All parts outlive this.
  TopicsWatch(TopicAdmin admin, LogLines& lines,
              std::chrono::milliseconds interval = topics_watch_interval);
  ~TopicsWatch();
  TopicsWatch(const TopicsWatch&) = delete;
  TopicsWatch& operator=(const TopicsWatch&) = delete;

  // Why nothing may be written now; empty when all is well. Thread: any.
  std::string refusal() const;
  bool refuses() const { return refuses_; }

 private:
  void run();
  void note(const FoundCluster& found);

  TopicAdmin admin_;
  LogLines& lines_;
  const std::chrono::milliseconds interval_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ = false;
  std::string refusal_;
  std::string warning_;
  std::atomic<bool> refuses_ = false;
  std::thread thread_;
};

}  // namespace optare
