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

// Compares a topic with what was read of it, each time that it is followed anew: the last record
// that was read has to come first.
class HistoryCheck {
 public:
  enum class Says : std::uint8_t {
    read_on,        // what comes is new
    known,          // it was read before
    look_at_range,  // what has to come is not there: ask what the topic holds
    begin_again,    // it may be there in a while
    other_history,  // `why` says how, and what to do
  };

  explicit HistoryCheck(std::string topic) : topic_(std::move(topic)) {}

  // It is followed from `last` on, the last record that was read of it; none: it holds nothing that
  // was read before.
  void begin(std::optional<LogRecord> last);
  // The offset that has to come first; none: whatever comes is new.
  std::optional<std::uint64_t> expected() const;
  // A record came.
  Says record(std::uint64_t offset, Timestamp time, std::string_view bytes);
  // Where the topic ends nothing more comes.
  Says end(std::uint64_t offset);
  // The topic does not have what was asked for, but this, as the broker says that is asked.
  // `read_up_to`: one past the last that was read.
  // `end_is_proven`: `end_is_lost` tells of an end that is. A broker that says so for itself may
  // have been cut off from the others, and knows less than they do.
  Says range(const TopicRange& range, std::uint64_t read_up_to, Duration now,
             bool end_is_proven = false);
  // It ended at `high` after everything below `read_up_to` had been read: that is certain.
  Says end_is_lost(std::uint64_t high, std::uint64_t read_up_to);
  // Everything that was read of it was found in it, at least once.
  bool compared() const { return compared_; }
  const std::string& why() const { return why_; }

 private:
  void whole();
  Says other(std::string why);

  const std::string topic_;
  std::optional<LogRecord> expected_;
  EndLoss end_loss_;
  bool compared_ = false;
  std::string why_;
};

// The sentences for an operator; each says what to do.
std::string topic_lost_its_end(std::string_view topic, std::uint64_t high,
                               std::uint64_t read_up_to);
std::string topic_lost_its_beginning(std::string_view topic, std::uint64_t low,
                                     std::uint64_t needed);
std::string topic_lost_a_record(std::string_view topic, std::uint64_t offset);
std::string topic_is_another(std::string_view topic, std::uint64_t offset);

}  // namespace optare
