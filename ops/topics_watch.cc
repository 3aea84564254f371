#include "ops/topics_watch.h"

#include <algorithm>

namespace optare {
namespace {

// A look is not interrupted when the node ends.
constexpr std::chrono::seconds look_patience{3};

}  // namespace

TopicsWatch::TopicsWatch(TopicAdmin admin, const FoundCluster& found, LogLines& lines,
                         std::chrono::milliseconds interval)
    : admin_(std::move(admin)), lines_(lines), interval_(interval) {
  keep_copies(found);
  thread_ = std::thread([this] { run(); });
}

TopicsWatch::~TopicsWatch() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

std::string TopicsWatch::refusal() const {
  const std::scoped_lock lock(mutex_);
  return refusal_;
}

void TopicsWatch::run() {
  for (;;) {
    {
      std::unique_lock lock(mutex_);
      const auto interval = refuses_ ? std::min(interval_, topics_repair_interval) : interval_;
      if (changed_.wait_for(lock, interval, [this] { return stopping_; })) return;
    }
    if (const auto found = admin_.look(look_patience)) {
      note(*found);
    } else {
      keep_copies({});
      lines_.write(LogLevel::warning, "topics_not_seen", {{"detail", found.error().detail}});
    }
  }
}

std::vector<TopicCopies> TopicsWatch::copies() const {
  const std::scoped_lock lock(mutex_);
  return copies_;
}

void TopicsWatch::keep_copies(const FoundCluster& found) {
  const std::scoped_lock lock(mutex_);
  copies_.clear();
  for (const FoundTopic& topic : found.topics)
    if (topic.partitions > 0) copies_.push_back({topic.name, topic.replicas, topic.in_sync});
}

void TopicsWatch::note(const FoundCluster& found) {
  keep_copies(found);
  const auto findings = judge(found, admin_.names());
  const std::string refusal = refusals(findings, true);
  const std::string warning = warnings(findings, true);
  std::string refusal_before;
  std::string warning_before;
  {
    const std::scoped_lock lock(mutex_);
    refusal_before = std::exchange(refusal_, refusal);
    warning_before = std::exchange(warning_, warning);
  }
  refuses_ = !refusal.empty();
  if (refusal != refusal_before) {
    if (refusal.empty())
      lines_.write(LogLevel::info, "topics_right_again", {});
    else
      lines_.write(LogLevel::error, "topics_wrong", {{"detail", refusal}});
  }
  if (warning != warning_before && !warning.empty())
    lines_.write(LogLevel::warning, "topics_warning", {{"detail", warning}});
}

}  // namespace optare
