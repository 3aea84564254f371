#include "ops/progress.h"

#include <fmt/format.h>

#include <iostream>

namespace optare {

void Progress::report(const std::string& step, const std::string& unit, std::uint64_t done,
                      std::uint64_t total) {
  const auto now = Clock::now();
  bool due = false;
  std::string text;
  {
    const std::scoped_lock lock(mutex_);
    if (step != step_) {
      step_ = step;
      began_ = told_ = now;
    }
    const std::chrono::duration<double> taken = now - began_;
    const double rate = taken.count() > 0 ? static_cast<double>(done) / taken.count() : 0;
    text_ = fmt::format("{}: {} of {} {}, {:.0f} a second", step, done, total, unit, rate);
    if (rate > 0 && done < total)
      text_ += fmt::format(", {:.0f} s left", static_cast<double>(total - done) / rate);
    due = now - told_ >= interval_;
    if (due) told_ = now;
    text = text_;
  }
  if (due && tell_) tell_(text);
}

std::string Progress::text() const {
  const std::scoped_lock lock(mutex_);
  return text_;
}

Progress spoken_progress() {
  return Progress([](const std::string& text) { std::cerr << text << std::endl; });
}

}  // namespace optare
