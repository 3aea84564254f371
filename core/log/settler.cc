#include "core/log/settler.h"

#include <algorithm>
#include <cstring>
#include <deque>
#include <limits>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "core/base/assert.h"
#include "core/base/completion.h"

namespace optare {

namespace {

struct UnderWay {
  Partition partition;
  Duration patience_ends;  // by Clock::boottime
  Settlement settlement;
  Completion<Outcome> completion;
};

struct CommitIdHash {
  std::size_t operator()(const CommitId& id) const noexcept {
    std::size_t hash = 0;
    std::memcpy(&hash, id.data(), sizeof hash);  // Its bytes are as random as any hash's.
    return hash;
  }
};
using CommitsUnderWay = std::unordered_map<CommitId, UnderWay, CommitIdHash>;

// Completed outside the lock: waking a waiter is not the registry's business.
using Answers = std::vector<std::pair<Completion<Outcome>, Outcome>>;

}  // namespace

struct Settler::State {
  mutable std::mutex mutex;
  CommitsUnderWay under_way;
  std::deque<CommitId> unknowns;  // oldest first; some are settled by now
  // Not later than any open one, so that most calls need not look at all of them.
  Timestamp earliest_deadline = Timestamp::max();
  Duration earliest_patience = Duration::max();
  Counts counts;

  using Position = CommitsUnderWay::iterator;

  void add(const CommitId& id, UnderWay entry) {
    const std::scoped_lock lock(mutex);
    earliest_deadline = std::min(earliest_deadline, entry.settlement.deadline());
    earliest_patience = std::min(earliest_patience, entry.patience_ends);
    OPTARE_ASSERT(under_way.emplace(id, std::move(entry)).second);
  }

  // One input for the commit `id`, if it is one of ours.
  template <class Input>
  void tell(Partition partition, const CommitId& id, Input input) {
    Answers answers;
    {
      const std::scoped_lock lock(mutex);
      const auto at = under_way.find(id);
      if (at != under_way.end() && at->second.partition == partition) tell_one(at, input, answers);
    }
    answer(answers);
  }

  // One input for all that are of concern. Keeps `earliest_*`.
  template <class Concerned, class Input>
  void tell_all(Concerned concerned, Input input) {
    Answers answers;
    {
      const std::scoped_lock lock(mutex);
      earliest_deadline = Timestamp::max();
      earliest_patience = Duration::max();
      for (auto at = under_way.begin(); at != under_way.end();) {
        const auto next = std::next(at);
        if (!concerned(at->second) || !tell_one(at, input, answers)) {
          earliest_deadline = std::min(earliest_deadline, at->second.settlement.deadline());
          if (!at->second.settlement.outcome())
            earliest_patience = std::min(earliest_patience, at->second.patience_ends);
        }
        at = next;
      }
      while (unknowns.size() > unknowns_kept_max) {
        under_way.erase(unknowns.front());
        unknowns.pop_front();
      }
    }
    answer(answers);
  }

  // True when it was settled for good, and is gone.
  template <class Input>
  bool tell_one(Position at, Input& input, Answers& answers) {
    Settlement& settlement = at->second.settlement;
    const bool answered = settlement.outcome().has_value();
    input(settlement);
    if (!settlement.outcome()) return false;
    if (!answered) {
      count(*settlement.outcome());
      answers.emplace_back(at->second.completion, *settlement.outcome());
    }
    if (!settlement.certain()) {
      if (!answered) unknowns.push_back(at->first);
      return false;
    }
    if (answered) ++counts.settled_late;
    under_way.erase(at);
    return true;
  }

  void count(const Outcome& outcome) {
    switch (outcome.kind) {
      case Outcome::Kind::done:
        ++counts.done;
        return;
      case Outcome::Kind::void_commit:
        ++counts.voids;
        return;
      case Outcome::Kind::failed:
        ++counts.failed;
        return;
      case Outcome::Kind::unknown:
        ++counts.unknown;
        return;
    }
  }

  static void answer(Answers& answers) {
    for (auto& [completion, outcome] : answers) completion.complete(outcome);
  }
};

Settler::Settler(const Clock& clock) : clock_(clock), state_(std::make_shared<State>()) {}

Task<Outcome> Settler::send(EventLog& log, Partition partition, CommitId id, Timestamp deadline,
                            std::string frame, Duration patience) {
  Completion<Outcome> completion;
  state_->add(id, {partition, clock_.boottime() + patience, Settlement(deadline), completion});
  log.append(partition, std::move(frame), [state = state_, partition, id](Append result) {
    state->tell(partition, id, [result](Settlement& settlement) { settlement.appended(result); });
  });
  co_return co_await completion.wait();
}

void Settler::observed(Partition partition, const Verdict& verdict, std::uint64_t offset) {
  if (!verdict.commit || verdict.kind == Verdict::Kind::stop) return;
  state_->tell(partition, verdict.commit->id, [&](Settlement& settlement) {
    if (verdict.kind == Verdict::Kind::admitted)
      settlement.admitted(verdict.head.view, verdict.head.log_time, offset);
    else
      settlement.voided(verdict.reason, offset);
  });
}

void Settler::passed(Partition partition, Timestamp log_time, std::uint64_t offset) {
  {
    const std::scoped_lock lock(state_->mutex);
    if (log_time <= state_->earliest_deadline) return;
  }
  state_->tell_all([&](const UnderWay& entry) { return entry.partition == partition; },
                   [&](Settlement& settlement) { settlement.partition_passed(log_time, offset); });
}

void Settler::tick() {
  const Duration now = clock_.boottime();
  {
    const std::scoped_lock lock(state_->mutex);
    if (now < state_->earliest_patience) return;
  }
  state_->tell_all([&](const UnderWay& entry) { return now >= entry.patience_ends; },
                   [](Settlement& settlement) { settlement.timed_out(); });
}

Settler::Counts Settler::counts() const {
  const std::scoped_lock lock(state_->mutex);
  Counts counts = state_->counts;
  counts.under_way = state_->under_way.size();
  return counts;
}

}  // namespace optare
