// Looks each minute whether the topics are still set as they have to be, and while they are not
// each five seconds: who repaired them shall not wait.
#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "core/kafka/topic_admin.h"
#include "ops/log_line.h"

namespace optare {

constexpr std::chrono::milliseconds topics_watch_interval{60'000};
constexpr std::chrono::milliseconds topics_repair_interval{5'000};  // ours

// The copies of a topic: those that there should be, and those that hold all that is acknowledged.
struct TopicCopies {
  std::string topic;
  int assigned = 0;
  int in_sync = 0;
  bool operator==(const TopicCopies&) const = default;
};

// While a setting is wrong that a write could suffer from, `refusal` says which; it ends with the
// setting. A look that fails changes nothing: what brokers do not tell is not held against them.
// The copies are another matter: how they are is only known as long as somebody tells.
class TopicsWatch {
 public:
  // Starts, with what a look found just now. All parts outlive this.
  TopicsWatch(TopicAdmin admin, const FoundCluster& found, LogLines& lines,
              std::chrono::milliseconds interval = topics_watch_interval);
  ~TopicsWatch();
  TopicsWatch(const TopicsWatch&) = delete;
  TopicsWatch& operator=(const TopicsWatch&) = delete;

  // Why nothing may be written now; empty when all is well. Thread: any.
  std::string refusal() const;
  bool refuses() const { return refuses_; }
  // As the last look found them; none when it failed. Thread: any.
  std::vector<TopicCopies> copies() const;

 private:
  void run();
  void note(const FoundCluster& found);
  void keep_copies(const FoundCluster& found);

  TopicAdmin admin_;
  LogLines& lines_;
  const std::chrono::milliseconds interval_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ = false;
  std::string refusal_;
  std::string warning_;
  std::vector<TopicCopies> copies_;
  std::atomic<bool> refuses_ = false;
  std::thread thread_;
};

}  // namespace optare
