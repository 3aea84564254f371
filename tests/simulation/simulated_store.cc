#include "tests/simulation/simulated_store.h"

#include <algorithm>

#include "core/base/encoding.h"
#include "core/log/admission.h"

namespace optare::simulation {
namespace {

constexpr std::size_t batches_kept_max = 64;

Table table_of(std::string_view full_key) { return static_cast<Table>(full_key.front()); }

}  // namespace

std::uint64_t row_digest(std::string_view full_key, std::string_view value) {
  const std::uint64_t key = std::hash<std::string_view>{}(full_key);
  const std::uint64_t content = std::hash<std::string_view>{}(value);
  return Chance(key ^ Chance(content).next()).next();
}

std::optional<Partition> partition_of_row(std::string_view full_key) {
  switch (table_of(full_key)) {
    case Table::meta:
    case Table::quarantine:
    case Table::last_used:
      return std::nullopt;
    case Table::head:
    case Table::stream:
    case Table::chain:
    case Table::journal:
    case Table::stream_by_time:
      return static_cast<Partition>(read_u32(full_key.substr(1)));
    case Table::revocation:
    case Table::revocation_by_expiry:
      return Partition::tokens_00;
    case Table::application:
    case Table::api:
    case Table::api_by_identifier:
    case Table::application_by_api:
    case Table::signing_key:
    case Table::system:
    case Table::due_secret:
    case Table::outcome:
    case Table::outcome_by_time:
      return Partition::control;
  }
  return std::nullopt;
}

bool folded_by_model(std::string_view full_key) {
  switch (table_of(full_key)) {
    case Table::stream:
    case Table::chain:
    case Table::journal:
    case Table::application:
    case Table::api:
    case Table::api_by_identifier:
    case Table::application_by_api:
    case Table::signing_key:
    case Table::system:
    case Table::due_secret:
      return true;
    case Table::meta:
    case Table::head:
    case Table::quarantine:
    case Table::revocation:
    case Table::revocation_by_expiry:
    case Table::outcome:
    case Table::outcome_by_time:
    case Table::stream_by_time:
    case Table::last_used:
      return false;
  }
  return false;
}

void SimulatedStore::write(const StoreBatch& batch) {
  if (chance_.once_in(fail_once_in_)) throw StoreFault("the simulated disk failed");
  undo_.push_back({inverse_of(batch), positions_});
  if (undo_.size() > batches_kept_max) undo_.pop_front();
  note_positions(batch);
  change(batch);
}

bool SimulatedStore::is_lost(std::string_view full_key) {
  const Table table = table_of(full_key);
  if (broken_ == Break::lose_outcomes) return table == Table::outcome && chance_.once_in(3);
  return broken_ == Break::lose_rows && table == Table::application && chance_.once_in(10);
}

void SimulatedStore::note_positions(const StoreBatch& batch) {
  for (const auto& [key, value] : batch.changes) {
    if (table_of(key) != Table::head || !value) continue;
    const auto partition = static_cast<Partition>(read_u32(std::string_view(key).substr(1)));
    const std::uint64_t next_offset = decode_head(*value)->next_offset;
    const std::uint64_t history = on_position(partition, next_offset);
    ++moves_;
    positions_[static_cast<std::size_t>(partition)] = {next_offset, history};
  }
}

void SimulatedStore::clear(Table table) {
  StoreBatch batch;
  rows_->scan(table, "", [&](std::string_view key, std::string_view) {
    batch.erase(table, key);
    return true;
  });
  write(batch);
}

std::size_t SimulatedStore::lose_batches() {
  const std::size_t count = chance_.below(undo_.size() + 1);
  for (std::size_t lost = count; lost > 0; --lost) {
    StoreBatch& batch = undo_.back().batch;
    if (broken_ == Break::tear_batches && lost == 1) {
      // The rows of projections are lost, what the log's reader noted is not.
      std::erase_if(batch.changes, [](const auto& change) {
        return static_cast<Table>(change.first.front()) < Table::application;
      });
    }
    change(batch);
    positions_ = undo_.back().positions;
    undo_.pop_back();
  }
  undo_.clear();
  return count;
}

void SimulatedStore::wipe() {
  rows_ = std::make_unique<MemoryStore>();
  digests_ = {};
  positions_ = {};
  undo_.clear();
}

StoreBatch SimulatedStore::inverse_of(const StoreBatch& batch) const {
  StoreBatch inverse;
  for (const auto& [key, value] : batch.changes)
    inverse.changes.emplace_back(key, rows_->get(table_of(key), std::string_view(key).substr(1)));
  std::ranges::reverse(inverse.changes);  // A key may stand in it twice.
  return inverse;
}

void SimulatedStore::change(const StoreBatch& batch) {
  for (const auto& [key, value] : batch.changes) {
    if (is_lost(key)) continue;
    const auto partition = partition_of_row(key);
    const auto before = rows_->get(table_of(key), std::string_view(key).substr(1));
    StoreBatch one;
    one.changes.emplace_back(key, value);
    rows_->write(one);
    if (!partition) continue;
    const std::uint64_t difference =
        (value ? row_digest(key, *value) : 0) - (before ? row_digest(key, *before) : 0);
    digests_.all[static_cast<std::size_t>(*partition)] += difference;
    if (folded_by_model(key)) digests_.folded[static_cast<std::size_t>(*partition)] += difference;
  }
}

}  // namespace optare::simulation
