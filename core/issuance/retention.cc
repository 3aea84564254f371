#include "core/issuance/retention.h"

#include <algorithm>

#include "core/issuance/chain.h"
#include "core/issuance/spool.h"

namespace optare {
namespace {

LogRecord record_at(const RetainedLog& log, std::uint64_t offset) {
  auto records = log.read(issuance_partition, offset, 1);
  if (records.empty()) throw LogFault("an issuance batch cannot be read");
  return std::move(records.front());
}

// The first batch that is young enough. Times never go back, so bisect.
std::uint64_t first_younger(const RetainedLog& log, std::uint64_t from, std::uint64_t end,
                            Timestamp limit) {
  while (from < end) {
    const std::uint64_t middle = from + (end - from) / 2;
    if (record_at(log, middle).time < limit)
      from = middle + 1;
    else
      end = middle;
  }
  return from;
}

// The first batch to keep by size, by the average size of those kept.
std::uint64_t first_fitting(const RetainedLog& log, std::uint64_t from, std::uint64_t end,
                            std::uint64_t bytes_max) {
  const std::uint64_t bytes = log.bytes();
  if (bytes <= bytes_max || from == end) return from;
  const std::uint64_t average = std::max<std::uint64_t>(bytes / (end - from), 1);
  return std::min(end, from + (bytes - bytes_max + average - 1) / average);
}

}  // namespace

std::uint64_t drop_expired_batches(RetainedLog& log, const IssuanceRetention& retention,
                                   Timestamp now) {
  const std::uint64_t from = log.cut(issuance_partition).offset;
  const std::uint64_t end = log.end(issuance_partition);
  const std::uint64_t keep_from = std::max(first_younger(log, from, end, now - retention.age_max),
                                           first_fitting(log, from, end, retention.bytes_max));
  if (keep_from == from) return 0;
  const BatchHash hash = batch_hash(record_at(log, keep_from - 1).bytes);
  log.drop_before(issuance_partition, keep_from, note_of(hash));
  return keep_from - from;
}

}  // namespace optare
