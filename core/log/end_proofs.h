// Who waits for proof of where a partition ends: a record of one's own, appended after the
// question, has everything before it that was durable then. No leader that is none any more can
// take it.
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "core/log/end_questions.h"

namespace optare {

// Thread: one at a time.
class EndProofs {
 public:
  // Between two ticks that are to prove something: who asks while one is under way shares it, or
  // the next one; and one that does not come back is followed by another.
  static constexpr Duration tick_interval_min = std::chrono::milliseconds(20);
  static constexpr Duration tick_interval_max = std::chrono::milliseconds(100);

  struct Answer {
    EventLog::EndAnswered done;
    std::optional<std::uint64_t> end;
    void tell() const { done(end); }
  };

  // False: too many wait; `done` is still the caller's.
  bool add(Duration asked_at, EventLog::EndAnswered& done) {
    if (waiting_.size() >= EndQuestions::waiting_max) return false;
    waiting_.push_back({asked_at, std::move(done)});
    return true;
  }
  // Whether to append a tick now; it is then taken as sent.
  bool tick_due(Duration now, Duration interval) {
    if (waiting_.empty() || now - tick_sent_at_ < interval) return false;
    tick_sent_at_ = now;
    return true;
  }
  // These need wait no longer: everything durable at `current_at` is read, up to `read_to`; or
  // their patience is over.
  std::vector<Answer> answers(Duration now, Duration current_at, std::uint64_t read_to) {
    std::vector<Answer> found;
    std::erase_if(waiting_, [&](Waiting& waiting) {
      const bool proven = current_at >= waiting.asked_at;
      if (!proven && now < waiting.asked_at + end_question_patience) return false;
      found.push_back({std::move(waiting.done), proven ? std::optional(read_to) : std::nullopt});
      return true;
    });
    return found;
  }
  bool nobody_waits() const { return waiting_.empty(); }
  // Nothing will be proven any more.
  std::vector<Answer> abandon() {
    std::vector<Answer> all;
    for (Waiting& waiting : std::exchange(waiting_, {}))
      all.push_back({std::move(waiting.done), std::nullopt});
    return all;
  }

 private:
  struct Waiting {
    Duration asked_at{};
    EventLog::EndAnswered done;
  };
  std::vector<Waiting> waiting_;
  Duration tick_sent_at_ = -tick_interval_max;
};

}  // namespace optare
