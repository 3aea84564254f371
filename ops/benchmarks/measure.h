// What every benchmark says at its end: one line of JSON on stdout. Progress goes to stderr.
#pragma once

#include <algorithm>
#include <boost/json.hpp>
#include <chrono>
#include <cstdint>
#include <iostream>
#include <vector>

#include "ops/progress.h"

namespace optare {

using SteadyClock = std::chrono::steady_clock;

inline double seconds_since(SteadyClock::time_point start) {
  return std::chrono::duration<double>(SteadyClock::now() - start).count();
}

// Durations in microseconds.
class Latencies {
 public:
  void add(SteadyClock::time_point start) { add_us(seconds_since(start) * 1e6); }
  void add_us(double microseconds) { all_.push_back(microseconds); }
  std::size_t size() const { return all_.size(); }
  void clear() { all_.clear(); }

  boost::json::object json() const {
    std::vector<double> sorted = all_;
    std::ranges::sort(sorted);
    const auto at = [&](double share) {
      const auto last = static_cast<double>(sorted.size() - 1);
      return sorted.empty() ? 0.0 : sorted[static_cast<std::size_t>(share * last)];
    };
    return {{"count", sorted.size()}, {"p50_us", at(0.5)}, {"p99_us", at(0.99)}, {"max_us", at(1)}};
  }

 private:
  std::vector<double> all_;
};

inline void print_result(const boost::json::object& result) {
  std::cout << boost::json::serialize(result) << std::endl;
}

}  // namespace optare
