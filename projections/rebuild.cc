#include "projections/rebuild.h"

#include <map>

#include "projections/catalogue.h"

namespace optare {
namespace {

std::string version_key(const Projection& projection) {
  return "projection/" + std::string(projection.name());
}

std::vector<const Projection*> chosen(const std::set<std::string>& names) {
  std::vector<const Projection*> projections;
  for (const Projection* projection : catalogue()) {
    if (names.contains(std::string(projection->name()))) projections.push_back(projection);
  }
  return projections;
}

// A projection that reads others needs their rows as they were: then all are made again, side by
// side. So are they while a stream is quarantined: it gets its new chance with every row that it
// has, or it would count as alive in the state that it stopped in.
Result<void> complete(const Store& store, std::set<std::string>& names) {
  std::set<std::string> all;
  bool reads_others = !quarantined_streams(store).empty();
  for (const Projection* projection : catalogue()) {
    all.emplace(projection->name());
    reads_others |= projection->reads_others() && names.contains(std::string(projection->name()));
  }
  for (const std::string& name : names) {
    if (!all.contains(name))
      return reject(Code::invalid, "there is no projection named '" + name + "'");
  }
  if (reads_others) names = std::move(all);
  return {};
}

class MuchWritten {
 public:
  MuchWritten(Store& store, bool much) : store_(store) { store_.expect_much(much); }
  ~MuchWritten() { store_.expect_much(false); }
  MuchWritten(const MuchWritten&) = delete;
  MuchWritten& operator=(const MuchWritten&) = delete;

 private:
  Store& store_;
};

// Applies one chunk. On a stream that cannot be applied: quarantines it and starts the chunk again.
void apply_chunk(Store& store, Partition partition, const std::vector<AcceptedCommit>& chunk,
                 const std::vector<const Projection*>& projections,
                 std::map<std::string, std::uint64_t>& quarantined) {
  for (;;) {
    Rows rows(store);
    std::optional<std::pair<Unappliable, std::uint64_t>> failed;
    for (const AcceptedCommit& accepted : chunk) {
      const std::uint64_t ordinal = accepted.ordinal;
      const auto skip = [&](std::string_view stream) {
        const auto found = quarantined.find(std::string(stream));
        return found != quarantined.end() && ordinal >= found->second;
      };
      const auto facts = facts_of(partition, accepted.commit, ordinal, accepted.log_time, skip);
      if (!facts) failed.emplace(facts.error(), ordinal);
      for (const Projection* projection : projections) {
        if (failed) break;
        if (auto applied = projection->apply(*facts, rows); !applied)
          failed.emplace(applied.error(), ordinal);
      }
      if (failed) break;
    }
    if (!failed) {
      store.write(rows.take());
      return;
    }
    put_quarantine(store, failed->first, failed->second);
    quarantined[failed->first.stream] = failed->second;
  }
}

}  // namespace

void put_quarantine(Store& store, const Unappliable& unappliable, std::uint64_t ordinal) {
  std::string value;
  append_u64(value, ordinal);
  value += unappliable.reason;
  StoreBatch batch;
  batch.put(Table::quarantine, unappliable.stream, value);
  store.write(batch);
}

std::vector<Quarantined> quarantined_streams(const Store& store) {
  std::vector<Quarantined> streams;
  store.scan(Table::quarantine, "", [&](std::string_view key, std::string_view value) {
    streams.push_back({std::string(key), read_u64(value), std::string(value.substr(8))});
    return true;
  });
  return streams;
}

std::set<std::string> outdated_projections(const Store& store) {
  std::set<std::string> names;
  for (const Projection* projection : catalogue()) {
    const auto stored = store.get(Table::meta, version_key(*projection));
    if (stored != std::to_string(projection->version())) names.emplace(projection->name());
  }
  return names;
}

Result<void> rebuild(Store& store, const EventLog& log, std::set<std::string> names,
                     const std::function<void(const RebuildProgress&)>& progress) {
  TRY_VOID(complete(store, names));
  const auto projections = chosen(names);
  // A crash on the way must not leave a half-made projection that counts as whole.
  StoreBatch forget;
  for (const Projection* projection : projections)
    forget.erase(Table::meta, version_key(*projection));
  store.write(forget);
  for (const Projection* projection : projections) {
    for (const Table table : projection->tables()) store.clear(table);
  }
  store.clear(Table::quarantine);

  RebuildProgress state{0, 0, names};
  std::map<Partition, std::uint64_t> ends;
  for (const Partition partition : partitions) {
    if (const auto bytes = store.get(Table::head, head_key(partition))) {
      TRY(const Head head, decode_head(*bytes));
      state.total += ends[partition] = head.view.ordinal;
    }
  }
  const MuchWritten much(store, state.total >= much_records);
  std::map<std::string, std::uint64_t> quarantined;
  for (const auto& [partition, end] : ends) {
    for (std::uint64_t after = 0; after < end;) {
      const auto chunk = Journal(store, log).after(partition, after, rebuild_chunk_commits);
      if (chunk.empty())
        throw LogFault("the journal ends before the applied position: restore the store");
      apply_chunk(store, partition, chunk, projections, quarantined);
      after = chunk.back().ordinal;
      state.done += chunk.size();
      if (progress) progress(state);
    }
  }
  StoreBatch finish;
  for (const Projection* projection : projections) {
    finish.put(Table::meta, version_key(*projection), std::to_string(projection->version()));
  }
  store.write(finish);
  store.sync();
  return {};
}

}  // namespace optare
