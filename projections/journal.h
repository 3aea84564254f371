// The store's record of what was admitted: heads, stream versions, the chain, and where in the log
// each ordinal is. Written only by `follow`.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/log/admission.h"
#include "core/log/event_log.h"
#include "core/ports/accepted.h"
#include "core/ports/store.h"
#include "projections/projection.h"

namespace optare {

std::string head_key(Partition partition);
std::string stream_key(Partition partition, std::string_view stream);
std::string chain_key(Partition partition, std::uint64_t ordinal);
std::string journal_key(Partition partition, std::uint64_t ordinal);

std::string encode_chain(std::uint64_t ordinal, const Hash& hash);

struct JournalEntry {
  std::uint64_t ordinal = 0;
  std::uint64_t offset = 0;
  Timestamp log_time;
};
std::string encode_journal(std::uint64_t offset, Timestamp log_time);
std::optional<JournalEntry> journal_entry(const Store& store, Partition partition,
                                          std::uint64_t ordinal);

// The admission's view of the past: the store, with the batch under way on top.
class RowsAdmissionView final : public AdmissionView {
 public:
  RowsAdmissionView(const Rows& rows, Partition partition) : rows_(rows), partition_(partition) {}
  StreamVersion stream(std::string_view name) const override;
  std::optional<Hash> chain_at(std::uint64_t ordinal) const override;

 private:
  const Rows& rows_;
  Partition partition_;
};

// Records of admitted commits, from ordinal `after` (exclusive) on, in order, at most `limit`;
// empty at the end. Throws LogFault when the log no longer holds what was admitted.
struct AcceptedRecord {
  JournalEntry entry;
  std::string bytes;
};
std::vector<AcceptedRecord> accepted_records(const Store& store, const EventLog& log,
                                             Partition partition, std::uint64_t after,
                                             std::size_t limit);

// Admitted commits again: where the journal says, from the log.
class Journal final : public AcceptedCommits {
 public:
  Journal(const Store& store, const EventLog& log) : store_(store), log_(log) {}
  std::vector<AcceptedCommit> after(Partition partition, std::uint64_t after,
                                    std::size_t limit) const override;

 private:
  const Store& store_;
  const EventLog& log_;
};

// The commit's events, but for those of streams that `skip` names. `facts.commit` points to
// `commit`.
std::expected<Facts, Unappliable> facts_of(
    Partition partition, const Commit& commit, std::uint64_t ordinal, Timestamp log_time,
    const std::function<bool(std::string_view stream)>& skip);

}  // namespace optare
