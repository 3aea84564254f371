#include "core/kafka/following.h"

#include <algorithm>
#include <utility>

#include "core/log/event_log.h"

namespace optare {

void Following::start_when_due() {
  if (started_ || ways_.now() < start_at_) return;
  try {
    history_.begin(ways_.to_compare(doubted_));
    // What is doubted is kept no more: what comes in its place is the topic's own.
    if (history_.expected() != doubted_) doubted_.reset();
  } catch (const LogFault&) {  // who keeps it says what it is
    return rest();
  }
  started_ = ways_.start(history_.expected().value_or(ways_.read_up_to()));
  if (!started_) rest();
}

bool Following::record(std::uint64_t offset, Timestamp time, std::string_view bytes) {
  const auto says = history_.record(offset, time, bytes);
  // Once the doubted one came, the last is compared: what lies between does not come again.
  if (says == HistoryCheck::Says::known && !history_.expected() &&
      std::exchange(doubted_, std::nullopt))
    stop();
  act_on(says);
  return says == HistoryCheck::Says::read_on;
}

bool Following::end(std::uint64_t offset) {
  const auto says = history_.end(offset);
  act_on(says);
  return says == HistoryCheck::Says::read_on;
}

void Following::out_of_range() {
  const auto range = ways_.range();
  if (!range) return rest();
  act_on(history_.range(*range, ways_.read_up_to(), ways_.now(), ways_.end_is_proven()));
}

void Following::end_is_lost(const Acknowledged::Loss& loss) {
  act_on(history_.end_is_lost(loss.written_at + 1, loss.read_to));
}

void Following::doubt(std::uint64_t offset) {
  doubted_ = std::min(offset, doubted_.value_or(offset));
  stop();
}

void Following::act_on(HistoryCheck::Says says) {
  switch (says) {
    case HistoryCheck::Says::read_on:
    case HistoryCheck::Says::known:
      return;
    case HistoryCheck::Says::look_at_range:
      return out_of_range();
    case HistoryCheck::Says::begin_again:
      return rest();
    case HistoryCheck::Says::other_history:
      return ways_.other_history(history_.why());
  }
}

void Following::stop(Duration pause) {
  start_at_ = ways_.now() + pause;
  if (std::exchange(started_, false)) ways_.stop();
}

}  // namespace optare
