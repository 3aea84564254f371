#include "projections/follow.h"

#include <fmt/format.h>

#include "core/log/imported.h"
#include "projections/applied.h"
#include "projections/catalogue.h"

namespace optare {
namespace {

Head& head_of(LiveStates::Heads& heads, Partition partition) {
  return heads[static_cast<std::size_t>(partition)];
}

}  // namespace

Follower::Follower(Parts parts) : parts_(std::move(parts)) {}

void Follower::open(const std::function<void(const RebuildProgress&)>& progress) {
  if (std::string why = parts_.log.other_history(); !why.empty()) return stop(std::move(why));
  for (const Partition partition : partitions) {
    head_of(heads_, partition) = stored_head(parts_.store, partition);
    if (!same_history(partition)) return;
  }
  if (const auto outdated = outdated_projections(parts_.store); !outdated.empty()) {
    const auto rebuilt = rebuild(parts_.store, parts_.log, outdated, progress);
    if (!rebuilt) throw StoreFault(rebuilt.error().detail);
  }
  parts_.states.reload(heads_);
}

bool Follower::holds_last_record(Partition partition, std::span<const LogRecord> from_last) {
  const Head& head = head_of(heads_, partition);
  if (!from_last.empty() && record_digest(from_last.front()) == head.last_record) return true;
  const auto name = partition_name(partition);
  if (from_last.empty()) {
    stop(
        fmt::format("{}: this node applied {} records, the log holds {}: the log lost its end, or "
                    "is another log. Restore the log, or start this node on an empty data folder",
                    name, head.next_offset, parts_.log.end(partition)));
  } else {
    stop(
        fmt::format("{}: the log's record at offset {} is not the one that this node applied: the "
                    "log has another history. Restore the log, or start this node on an empty "
                    "data folder",
                    name, head.next_offset - 1));
  }
  return false;
}

bool Follower::same_history(Partition partition) {
  const Head& head = head_of(heads_, partition);
  if (head.next_offset == 0) return true;
  if (!holds_last_record(partition, parts_.log.read(partition, head.next_offset - 1, 1)))
    return false;
  if (head.view.ordinal == 0) return true;
  const auto name = partition_name(partition);
  const Rows rows(parts_.store);
  const auto before = RowsAdmissionView(rows, partition).chain_at(head.view.ordinal - 1);
  const auto entry = journal_entry(parts_.store, partition, head.view.ordinal);
  if (!before || !entry)
    throw StoreFault(fmt::format("{}: the journal has a gap: restore the store", name));
  const auto records = parts_.log.read(partition, entry->offset, 1);
  const auto original = records.empty() ? std::nullopt : original_record(records.front().bytes);
  if (!original ||
      chain_hash(*before, head.view.ordinal, entry->log_time, original->frame) != head.view.hash) {
    stop(fmt::format(
        "{}: the log's record at offset {} is not the one that this node applied as ordinal {}: "
        "the log "
        "has another history. Start this node on an empty data folder, or restore the log",
        name, entry->offset, head.view.ordinal));
    return false;
  }
  return true;
}

void Follower::stop(std::string reason) {
  stopped_ = true;
  parts_.states.stop(std::move(reason));
}

// Who waits for a commit of a batch that is there although its write failed, is told in time that
// nobody knows.
void Follower::look_again() {
  LiveStates::Heads found{};
  for (const Partition partition : partitions)
    head_of(found, partition) = stored_head(parts_.store, partition);
  if (found != heads_) {
    heads_ = found;
    for (const Partition partition : partitions) {
      if (!same_history(partition)) return;
    }
    parts_.states.reload(heads_);
  }
  store_in_doubt_ = false;
}

// Far behind as a node that joins, or was away for long. Not once what is left is one turn.
void Follower::tell_store_how_far_behind() {
  std::uint64_t end = 0;
  try {
    end = parts_.log.end(Partition::control);
  } catch (const LogFault&) {
    return;  // it does not know
  }
  const std::uint64_t next = head_of(heads_, Partition::control).next_offset;
  if (end >= next + much_records) parts_.store.expect_much(true);
  if (end <= next + slice_records_max * control_slices_max) parts_.store.expect_much(false);
}

bool Follower::step() {
  if (stopped_) return false;
  if (std::string why = parts_.log.other_history(); !why.empty()) {
    stop(std::move(why));
    return false;
  }
  if (store_in_doubt_) look_again();
  tell_store_how_far_behind();
  const Currency currency = parts_.states.log_currency();
  // Control is drained before each small slice of tokens: a deletion never waits behind them. Yet
  // control that never pauses must not keep tokens, and who waits, from their turn.
  bool any = false;
  for (int slice = 0; slice < control_slices_max && step(Partition::control); ++slice) any = true;
  if (stopped_) return false;
  any |= step(Partition::tokens_00);
  if (!any && !stopped_) parts_.states.caught_up_now(currency);
  return any;
}

// A log that lost its end and has grown past it since would go unnoticed, but for the record
// before.
std::vector<LogRecord> Follower::read_on(Partition partition) {
  const std::uint64_t next = head_of(heads_, partition).next_offset;
  if (next == 0) return parts_.log.read(partition, 0, slice_records_max);
  auto records = parts_.log.read(partition, next - 1, slice_records_max + 1);
  if (!holds_last_record(partition, records)) return {};
  records.erase(records.begin());
  return records;
}

bool Follower::step(Partition partition) {
  const std::vector<LogRecord> records = read_on(partition);
  if (records.empty() || stopped_) return false;
  Rows rows(parts_.store);
  LiveStates::Heads heads = heads_;
  Head& head = head_of(heads, partition);
  std::vector<Taken> slice;
  for (const LogRecord& record : records) {
    auto taken = take(partition, record, rows, head);
    if (!taken) {
      // Nothing of this slice is stored yet: note the stream, and take the slice again without it.
      put_quarantine(parts_.store, taken.error(), head.view.ordinal + 1);
      parts_.states.quarantine(taken.error().stream);
      return true;
    }
    if (taken->left_alone) break;
    const bool stop_here = taken->verdict.kind == Verdict::Kind::stop;
    if (stop_here)
      stop(taken->verdict.stop_reason);
    else
      slice.push_back(*std::move(taken));
    if (stop_here) break;
  }
  if (slice.empty()) return false;
  head.last_record = record_digest(records[slice.size() - 1]);
  rows.put(Table::head, head_key(partition), encode_head(head));
  StoreBatch batch = rows.take();
  if (on_batch) on_batch(batch);
  parts_.store.write(batch);
  heads_ = heads;
  parts_.states.applied(batch, heads_);
  tell(partition, slice);
  return true;
}

std::expected<Follower::Taken, Unappliable> Follower::take(Partition partition,
                                                           const LogRecord& record, Rows& rows,
                                                           Head& head) {
  Taken taken{record.offset, parts_.admission(record, partition, parts_.log_id, parts_.mac, head,
                                              RowsAdmissionView(rows, partition))};
  taken.left_alone = parts_.wanted && !parts_.wanted(partition, record, head, taken.verdict.head);
  if (taken.left_alone || taken.verdict.kind == Verdict::Kind::stop) return taken;
  if (taken.verdict.kind == Verdict::Kind::admitted) {
    if (auto applied = apply(partition, taken, record, rows); !applied)
      return std::unexpected(applied.error());
  }
  head = taken.verdict.head;
  return taken;
}

std::expected<void, Unappliable> Follower::apply(Partition partition, const Taken& taken,
                                                 const LogRecord& record, Rows& rows) {
  const Commit& commit = *taken.verdict.commit;
  const Head& head = taken.verdict.head;
  const auto skip = [this](std::string_view stream) {
    return parts_.states.quarantined_forever(stream);
  };
  const auto facts = facts_of(partition, commit, head.view.ordinal, head.log_time, skip);
  if (!facts) return std::unexpected(facts.error());
  for (const Projection* projection : catalogue()) {
    if (auto applied = projection->apply(*facts, rows); !applied) return applied;
  }
  for (const StreamWrite& write : commit.writes) {
    rows.put(Table::stream, stream_key(partition, write.stream),
             encode_row(StreamVersion{write.next_version(), head.log_time}));
  }
  rows.put(Table::chain, chain_key(partition, head.view.ordinal),
           encode_chain(head.view.ordinal, head.view.hash));
  rows.put(Table::journal, journal_key(partition, head.view.ordinal),
           encode_journal(record.offset, head.log_time));
  return {};
}

void Follower::tell(Partition partition, const std::vector<Taken>& slice) {
  bool foreign_view = false;
  for (const Taken& taken : slice) {
    if (taken.verdict.kind == Verdict::Kind::void_record) {
      if (on_void) on_void({partition, taken.offset, taken.verdict.reason});
      foreign_view |= taken.verdict.reason == VoidReason::view;
    }
    if (parts_.settler != nullptr) parts_.settler->observed(partition, taken.verdict, taken.offset);
  }
  // Somebody decided on another history: make sure that it is not ours which is wrong. Whose node
  // id the commit carries says nothing: a node that was made anew reads what it wrote before.
  if (foreign_view && !stopped_) {
    parts_.log.look_again(partition);
    same_history(partition);
  }
  if (parts_.settler != nullptr) {
    parts_.settler->passed(partition, head_of(heads_, partition).log_time, slice.back().offset);
  }
}

void Follower::tick() {
  parts_.states.tick();
  if (parts_.settler != nullptr) parts_.settler->tick();
}

}  // namespace optare
