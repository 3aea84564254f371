// Whether a topic is still the one that was followed. Pure: what was found in, what it means out.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/time.h"
#include "core/log/admission.h"

namespace optare {

// What a topic holds: [low, high).
struct TopicRange {
  std::uint64_t low = 0;
  std::uint64_t high = 0;
};

// How long a topic that ends too early must say so: a leader that was elected a moment ago may not
// know its end yet.
constexpr Duration end_loss_patience = std::chrono::seconds(3);

// Of a topic whose end may lie before what was read of it.
class EndLoss {
 public:
  // True: it is certain.
  bool seen(const TopicRange& range, std::uint64_t read_up_to, Duration now) {
    if (range.high >= read_up_to) {
      whole();
      return false;
    }
    if (!since_) since_ = now;
    return now - *since_ >= end_loss_patience;
  }
  // It has everything that was read of it.
  void whole() { since_.reset(); }

 private:
  std::optional<Duration> since_;
};

// The sentences for an operator; each says what to do.
std::string topic_lost_its_end(std::string_view topic, std::uint64_t high,
                               std::uint64_t read_up_to);
std::string topic_lost_its_beginning(std::string_view topic, std::uint64_t low,
                                     std::uint64_t needed);
std::string topic_lost_a_record(std::string_view topic, std::uint64_t offset);
std::string topic_is_another(std::string_view topic, std::uint64_t offset);

}  // namespace optare
