#include "projections/stream_ends.h"

#include <array>

#include "projections/journal.h"

namespace optare {
namespace {

std::string time_key(Partition partition, Timestamp log_time, std::string_view stream) {
  std::string key = head_key(partition);
  append_u64(key, static_cast<std::uint64_t>(milliseconds_of(log_time)));
  key += stream;
  return key;
}

// Judged by the partition's own log time, so that every replay clears the same rows. A stream
// written again has a younger row: only the row's own age lets it go, also while this is rebuilt
// beside rows of today.
void clear_ended(Rows& rows, Partition partition, Timestamp log_time) {
  const auto over = [log_time](std::string_view stream, Timestamp written_at) {
    const auto life = stream_life(stream);
    return life && log_time - written_at >= *life;
  };
  for (int i = 0; i < streams_cleared_per_commit; ++i) {
    const auto key = rows.first_key(Table::stream_by_time, head_key(partition));
    if (!key) return;
    const std::string_view at = std::string_view(*key).substr(4);
    const std::string_view stream = at.substr(8);
    if (!over(stream, timestamp_of(static_cast<std::int64_t>(read_u64(at))))) return;
    const auto row = rows.row<StreamVersion>(Table::stream, stream_key(partition, stream));
    if (row && *row && over(stream, (*row)->written_at))
      rows.erase(Table::stream, stream_key(partition, stream));
    rows.erase(Table::stream_by_time, *key);
  }
}

}  // namespace

std::span<const Table> StreamEnds::tables() const {
  static constexpr std::array tables{Table::stream_by_time};
  return tables;
}

std::expected<void, Unappliable> StreamEnds::apply(const Facts& facts, Rows& rows) const {
  bool ends = false;
  for (const StreamWrite& write : facts.commit->writes) {
    if (!stream_life(write.stream)) continue;
    rows.put(Table::stream_by_time, time_key(facts.partition, facts.log_time, write.stream), "");
    ends = true;
  }
  if (ends) clear_ended(rows, facts.partition, facts.log_time);
  return {};
}

}  // namespace optare
