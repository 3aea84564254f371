// Which records of a topic this node sent, and when: they measure the brokers' time, and prove what
// was read (core/log/log_time_estimate.h).
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string_view>
#include <utility>

#include "core/base/time.h"

namespace optare {

// Random, for each record another one.
using RecordKey = std::array<std::uint8_t, 16>;

// Thread: one at a time.
class OwnRecords {
 public:
  // One that was not read back for so long is forgotten: it proves too little.
  static constexpr Duration life = std::chrono::seconds(60);
  static constexpr std::size_t kept_max = 65'536;

  void sent(const RecordKey& key, Duration at) {
    sent_.emplace(key, at);
    order_.emplace_back(at, key);
    while (order_.size() > kept_max || at - order_.front().first > life) {
      sent_.erase(order_.front().second);
      order_.pop_front();
    }
  }
  // When the record with this key was sent; once: a copy of it proves nothing.
  std::optional<Duration> take(std::string_view key) {
    RecordKey wanted{};
    if (key.size() != wanted.size()) return std::nullopt;
    std::copy(key.begin(), key.end(), wanted.begin());
    const auto found = sent_.extract(wanted);
    return found ? std::optional(found.mapped()) : std::nullopt;
  }

 private:
  std::map<RecordKey, Duration> sent_;
  std::deque<std::pair<Duration, RecordKey>> order_;
};

}  // namespace optare
