// Makes projections again from the journal: because their version changed, or because a person
// asked.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "projections/journal.h"

namespace optare {

constexpr std::size_t rebuild_chunk_commits = 2048;  // ours: one batch
// So many records to apply are told to the store as much; ours.
constexpr std::uint64_t much_records = 65'536;

struct RebuildProgress {
  std::uint64_t done = 0;  // commits
  std::uint64_t total = 0;
  std::set<std::string> names;
};

// The names of projections whose stored version is not this build's. Empty on a fresh store is
// never: all.
std::set<std::string> outdated_projections(const Store& store);
// Clears and makes again the named projections, and all when one of them reads the rows of others
// or a stream is quarantined.
// A stream that cannot be applied is quarantined; streams quarantined before get a new chance.
// Errors: invalid, for an unknown name. Throws LogFault, StoreFault.
[[nodiscard]] Result<void> rebuild(Store& store, const EventLog& log, std::set<std::string> names,
                                   const std::function<void(const RebuildProgress&)>& progress);

void put_quarantine(Store& store, const Unappliable& unappliable, std::uint64_t ordinal);

struct Quarantined {
  std::string stream;
  std::uint64_t ordinal = 0;  // from here on its events are left out
  std::string reason;
};
std::vector<Quarantined> quarantined_streams(const Store& store);

}  // namespace optare
