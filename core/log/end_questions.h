// Who asks where a partition ends, when telling takes a round trip: one question is under way, and
// whoever comes meanwhile shares the next one. However many ask, the load is the same.
#pragma once

#include <utility>
#include <vector>

#include "core/log/event_log.h"

namespace optare {

// How long who is to be told that something is absent waits, where brokers have to say where the
// log ends: as long as a command waits for its commit (command_patience). What keeps brokers from
// answering for a moment, a restart of one of them or other work, keeps both waiting and lets
// neither fail.
constexpr Duration absence_patience_of_brokers = std::chrono::seconds(8);
// How long one question may take, a leader's election included; then nobody can tell. Then what
// stands before that end has to be read.
constexpr Duration end_question_patience = std::chrono::milliseconds(7'500);
static_assert(end_question_patience < absence_patience_of_brokers);

// Thread: one at a time.
class EndQuestions {
 public:
  // Over this nobody waits for the next question: he hears at once that nobody can tell. Ours.
  static constexpr std::size_t waiting_max = 65'536;

  // False: too many wait; `done` is still the caller's.
  bool add(EventLog::EndAnswered& done) {
    if (waiting_.size() >= waiting_max) return false;
    waiting_.push_back(std::move(done));
    return true;
  }
  // Whether somebody waits and no question is under way: then one begins, for all who wait.
  bool begin() {
    if (under_way_ || waiting_.empty()) return false;
    under_way_ = true;
    asked_ = std::exchange(waiting_, {});
    return true;
  }
  // The question under way is answered: these are to hear it.
  std::vector<EventLog::EndAnswered> end() {
    under_way_ = false;
    return std::exchange(asked_, {});
  }
  // Nobody will be asked any more.
  std::vector<EventLog::EndAnswered> abandon() {
    auto all = end();
    for (EventLog::EndAnswered& done : std::exchange(waiting_, {})) all.push_back(std::move(done));
    return all;
  }

 private:
  std::vector<EventLog::EndAnswered> waiting_;
  std::vector<EventLog::EndAnswered> asked_;
  bool under_way_ = false;
};

}  // namespace optare
