#include "core/issuance/acknowledgements.h"

#include <algorithm>
#include <utility>

namespace optare {

bool IssuanceAcknowledgements::hopeful() const {
  const std::scoped_lock lock(mutex_);
  return !closed_ && next_ >= hope_from_;
}

void IssuanceAcknowledgements::await(std::uint64_t offset, Done done, Time now) {
  bool acknowledged = false;
  {
    const std::scoped_lock lock(mutex_);
    acknowledged = offset < next_ && offset >= lost_below_;
    if (offset >= next_ && !closed_) {
      waiting_.emplace(offset, Waiting{now + patience_, std::move(done)});
      return;
    }
  }
  done(acknowledged);
}

void IssuanceAcknowledgements::come_to(std::uint64_t next, bool acknowledged) {
  std::vector<Done> told;
  {
    const std::scoped_lock lock(mutex_);
    next_ = std::max(next_, next);
    if (!acknowledged) lost_below_ = next_;
    while (!waiting_.empty() && waiting_.begin()->first < next_) {
      told.push_back(std::move(waiting_.begin()->second.done));
      waiting_.erase(waiting_.begin());
    }
  }
  for (Done& done : told) done(acknowledged);
}

void IssuanceAcknowledgements::expire(Time now) {
  std::vector<Done> told;
  {
    const std::scoped_lock lock(mutex_);
    while (!waiting_.empty() && waiting_.begin()->second.until <= now) {
      hope_from_ = waiting_.begin()->first + 1;
      told.push_back(std::move(waiting_.begin()->second.done));
      waiting_.erase(waiting_.begin());
    }
  }
  for (Done& done : told) done(false);
}

void IssuanceAcknowledgements::close() {
  std::map<std::uint64_t, Waiting> told;
  {
    const std::scoped_lock lock(mutex_);
    closed_ = true;
    told.swap(waiting_);
  }
  for (auto& [offset, waiting] : told) waiting.done(false);
}

}  // namespace optare
