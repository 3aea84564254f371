#include "projections/applied.h"

#include <fmt/format.h>

#include "projections/journal.h"

namespace optare {

Head stored_head(const Store& store, Partition partition) {
  const auto bytes = store.get(Table::head, head_key(partition));
  if (!bytes) return {};
  const auto head = decode_head(*bytes);
  if (!head) throw StoreFault("the applied position cannot be read: " + head.error().detail);
  return *head;
}

Result<void> holds_what_was_applied(const EventLog& log, const Store& store) {
  for (const Partition partition : partitions) {
    const Head head = stored_head(store, partition);
    if (head.next_offset == 0) continue;
    const auto last = log.read(partition, head.next_offset - 1, 1);
    if (!last.empty() && record_digest(last.front()) == head.last_record) continue;
    const auto name = partition_name(partition);
    if (last.empty()) {
      return reject(Code::conflict,
                    fmt::format("{}: the view was made from {} records, the log holds {}", name,
                                head.next_offset, log.end(partition)));
    }
    return reject(Code::conflict,
                  fmt::format("{}: the log's record at offset {} is not the one that the view was "
                              "made from",
                              name, head.next_offset - 1));
  }
  return {};
}

}  // namespace optare
