#include "core/kafka/history_watch.h"

#include <algorithm>

namespace optare {

std::vector<ReadRecord> before_silences(std::span<const LogRecord> records, std::size_t most) {
  std::deque<ReadRecord> found;
  std::optional<ReadRecord> last;
  for (const LogRecord& record : records) {
    if (record.time == Timestamp()) continue;  // nobody's: it has no time
    if (last && record.time - last->time >= silence_asked_about) found.push_back(*last);
    if (found.size() > most) found.pop_front();
    last = ReadRecord{record.offset, record.time};
  }
  return {found.begin(), found.end()};
}

void HistoryWatch::read_before(Partition partition, const ReadRecord& record) {
  const std::scoped_lock lock(mutex_);
  Watched& its = watched(partition);
  if (its.known)
    its.silences.push_back({.record = record, .before_start = true});
  else
    its.known = Place{.record = record, .before_start = true};
}

// By both clocks: what is fetched waits until it is read, and brokers' clocks are set.
void HistoryWatch::read(Partition partition, const ReadRecord& record, Duration now) {
  const std::scoped_lock lock(mutex_);
  Watched& its = watched(partition);
  if (!its.known) its.known = Place{.record = record};
  const bool silent = its.last && (record.time - its.last->time >= silence_asked_about ||
                                   now - its.last_at >= silence_asked_about);
  if (silent) its.silences.push_back({.record = *its.last});
  if (its.silences.size() > silences_max) its.silences.pop_front();
  its.last = record;
  its.last_at = now;
}

const HistoryWatch::Place* HistoryWatch::Watched::next(Duration now) const {
  if (under_way) return nullptr;
  if (!silences.empty() && now >= silences_due) return &silences.front();
  return known && now >= due ? &*known : nullptr;
}

void HistoryWatch::keep_time(Partition partition, Duration now) {
  ReadRecord record;
  {
    const std::scoped_lock lock(mutex_);
    Watched& its = watched(partition);
    const Place* const place = its.next(now);
    if (place == nullptr) return;
    record = place->record;
    its.under_way = true;
    its.asked_at = now;
    const Duration again = now + (its.settled() ? interval_ : retry_interval);
    if (place != &*its.known) its.silences_due = again;
    if (record == its.known->record) {
      its.due = again;
      its.last_when_asked = its.last;
    }
  }
  ways_.ask_first(partition, record.time + Duration(1),
                  [this, partition, record](std::optional<std::uint64_t> first) {
                    if (first) answered(partition, record, *first);
                    const std::scoped_lock lock(mutex_);
                    watched(partition).under_way = false;
                  });
}

void HistoryWatch::judge(Duration now,
                         const std::function<void(Partition, std::uint64_t offset)>& doubt) {
  for (const Partition partition : partitions) {
    if (const auto offset = doubted(partition)) {
      doubt(partition, *offset);
      taken(partition);
    }
    keep_time(partition, now);
  }
}

void HistoryWatch::answered(Partition partition, const ReadRecord& record, std::uint64_t first) {
  bool same = first > record.offset;
  if (!same) {
    const auto time = ways_.time_of(partition, first);
    if (!time) return;
    same = *time > record.time;  // the brokers' clocks differ
  }
  const std::scoped_lock lock(mutex_);
  ++answers_;
  Watched& its = watched(partition);
  const Duration later = its.asked_at + interval_;
  const auto silence = std::ranges::find(its.silences, record, &Place::record);
  if (its.known->record == record) {
    its.known->before_start = false;
    its.due = later;
    if (first != none_since && its.last_when_asked) its.known->record = *its.last_when_asked;
  }
  if (silence != its.silences.end()) {
    silence->before_start = false;
    its.silences_due = first == none_since ? later : its.asked_at;
    if (first != none_since) its.silences.erase(silence);
  }
  if (same) return;
  its.doubted = std::min(its.doubted.value_or(record.offset), record.offset);
  its.due = its.silences_due = later + doubt_pause;
}

std::optional<std::uint64_t> HistoryWatch::doubted(Partition partition) const {
  const std::scoped_lock lock(mutex_);
  return watched_[static_cast<std::size_t>(partition)].doubted;
}

void HistoryWatch::taken(Partition partition) {
  const std::scoped_lock lock(mutex_);
  watched(partition).doubted.reset();
}

bool HistoryWatch::Watched::settled() const {
  return !(known && known->before_start) && std::ranges::none_of(silences, &Place::before_start);
}

bool HistoryWatch::settled() const {
  const std::scoped_lock lock(mutex_);
  return std::ranges::all_of(watched_,
                             [](const Watched& its) { return its.settled() && !its.doubted; });
}

std::uint64_t HistoryWatch::answers() const {
  const std::scoped_lock lock(mutex_);
  return answers_;
}

}  // namespace optare
