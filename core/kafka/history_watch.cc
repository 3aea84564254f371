#include "core/kafka/history_watch.h"

#include <algorithm>

namespace optare {

void HistoryWatch::read_before(Partition partition, std::uint64_t offset, Timestamp time) {
  const std::scoped_lock lock(mutex_);
  Watched& its = watched(partition);
  its.known = its.last = {offset, time};
  its.settled = false;
}

void HistoryWatch::read(Partition partition, std::uint64_t offset, Timestamp time) {
  const std::scoped_lock lock(mutex_);
  Watched& its = watched(partition);
  its.last = {offset, time};
  if (!its.known) its.known = its.last;
}

void HistoryWatch::keep_time(Partition partition, Duration now) {
  Timestamp younger;
  {
    const std::scoped_lock lock(mutex_);
    Watched& its = watched(partition);
    if (!its.known || its.under_way || now < its.due) return;
    its.under_way = true;
    its.asked_at = now;
    its.due = now + (its.settled ? interval_ : retry_interval);
    its.last_when_asked = its.last;
    younger = its.known->time + Duration(1);
  }
  ways_.ask_first(partition, younger, [this, partition](std::optional<std::uint64_t> first) {
    if (first) answered(partition, *first);
    const std::scoped_lock lock(mutex_);
    watched(partition).under_way = false;
  });
}

void HistoryWatch::answered(Partition partition, std::uint64_t first) {
  const Place known = [&] {
    const std::scoped_lock lock(mutex_);
    return *watched(partition).known;
  }();
  bool same = first > known.offset;
  if (!same) {
    const auto time = ways_.time_of(partition, first);
    if (!time) return;
    same = *time > known.time;  // the brokers' clocks differ
  }
  const std::scoped_lock lock(mutex_);
  ++answers_;
  Watched& its = watched(partition);
  its.settled = true;
  its.due = its.asked_at + interval_;
  if (first != none_since) its.known = its.last_when_asked;
  if (same) return;
  its.doubted = std::min(its.doubted.value_or(known.offset), known.offset);
  its.due += doubt_pause;
}

std::optional<std::uint64_t> HistoryWatch::doubted(Partition partition) const {
  const std::scoped_lock lock(mutex_);
  return watched_[static_cast<std::size_t>(partition)].doubted;
}

void HistoryWatch::taken(Partition partition) {
  const std::scoped_lock lock(mutex_);
  watched(partition).doubted.reset();
}

bool HistoryWatch::settled() const {
  const std::scoped_lock lock(mutex_);
  return std::ranges::all_of(watched_,
                             [](const Watched& its) { return its.settled && !its.doubted; });
}

std::uint64_t HistoryWatch::answers() const {
  const std::scoped_lock lock(mutex_);
  return answers_;
}

}  // namespace optare
