// How far a long step is: done, total, rate, and when it will be over.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>

namespace optare {

// Thread: one reports, any reads.
class Progress {
 public:
  // `tell` hears of it at most once an interval, and when a step of that length or more ends.
  using Tell = std::function<void(const std::string& text)>;
  explicit Progress(Tell tell = nullptr,
                    std::chrono::milliseconds interval = std::chrono::seconds(2))
      : tell_(std::move(tell)), interval_(interval) {}

  // Each step is named by what is done in it ("rebuilding applications"); `unit` is what is
  // counted.
  void report(const std::string& step, const std::string& unit, std::uint64_t done,
              std::uint64_t total);
  // What is done now; empty before the first report.
  std::string text() const;

 private:
  using Clock = std::chrono::steady_clock;
  Tell tell_;
  std::chrono::milliseconds interval_;
  Clock::time_point began_;
  Clock::time_point told_;
  mutable std::mutex mutex_;
  std::string step_;
  std::string text_;
};

// Told on stderr, for a person who waits.
Progress spoken_progress();

}  // namespace optare
