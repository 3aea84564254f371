#include "api/admin/events.h"

#include <algorithm>

#include "api/admin/answer.h"
#include "api/admin/event_json.h"
#include "api/admin/event_tail.h"
#include "api/admin/paging.h"
#include "core/base/parse.h"

namespace optare {
namespace {

namespace json = boost::json;

constexpr std::size_t commits_read_at_once = 32;  // ours

Result<Partition> partition_of(const Form& query) {
  const auto name = query.one("partition");
  if (!name) return Partition::control;
  for (const Partition partition : partitions) {
    if (partition_name(partition) == *name) return partition;
  }
  return reject(Code::invalid, "partition is control or tokens-00");
}

Result<std::uint64_t> after_of(const Form& query) {
  const auto text = query.one("after");
  if (!text) return std::uint64_t{0};
  const auto after = parse_number<std::uint64_t>(*text);
  constexpr std::uint64_t after_max = INT64_MAX;  // so that the next position exists
  if (!after || *after > after_max)
    return reject(Code::invalid, "after is a position: a whole number");
  return *after;
}

bool wants_tail(const Request& request) {
  for (std::string_view accept : request.headers_all("Accept")) {
    while (!accept.empty()) {
      const std::size_t end = std::min(accept.find(','), accept.size());
      std::string_view range = accept.substr(0, end);
      accept.remove_prefix(std::min(end + 1, accept.size()));
      range = range.substr(0, range.find(';'));
      while (range.starts_with(' ')) range.remove_prefix(1);
      while (range.ends_with(' ')) range.remove_suffix(1);
      if (same_field_name(range, "text/event-stream")) return true;
    }
  }
  return false;
}

// Whole commits, until there are `limit` items, or enough bytes, or the view ends. `after` moves
// on.
json::array page_of_events(const AdminCall& call, Partition partition, std::uint64_t& after,
                           std::size_t limit) {
  const std::uint64_t end = call.services.states.view(partition).ordinal;
  json::array items;
  std::size_t bytes = 0;
  while (after < end && items.size() < limit && bytes < events_page_bytes_max) {
    const std::size_t wanted = std::min(limit - items.size(), commits_read_at_once);
    const auto commits = call.services.accepted.after(partition, after, wanted);
    if (commits.empty()) break;
    for (const AcceptedCommit& commit : commits) {
      auto more = event_items(commit);
      const bool fits = items.empty() || items.size() + more.size() <= limit;
      if (commit.ordinal > end || !fits || bytes >= events_page_bytes_max) return items;
      std::ranges::move(more, std::back_inserter(items));
      bytes += payload_bytes(commit);
      after = commit.ordinal;
    }
  }
  return items;
}

}  // namespace

Task<Result<Response>> list_events(const AdminCall& call) {
  CO_TRY(const Partition partition, partition_of(call.query));
  CO_TRY(const std::size_t limit, limit_of(call.query));
  CO_TRY(std::uint64_t after, after_of(call.query));
  if (wants_tail(call.request)) {
    CO_TRY(const EventId from, event_id_of(call.request, after));
    co_return tail_events(call, partition, from);
  }
  const std::uint64_t position = call.services.states.position();
  json::array items = page_of_events(call, partition, after, limit);
  co_return read_answer(call, position,
                        {{"items", std::move(items)}, {"next_cursor", std::to_string(after)}});
}

}  // namespace optare
