// The view of one machine: kept when its process dies, older by some batches when its power fails.
// Knows at each moment a digest of its rows, so that equal contents are cheap to see.
#pragma once

#include <array>
#include <deque>
#include <memory>

#include "core/log/commit.h"
#include "core/memory/memory_store.h"
#include "tests/simulation/breaks.h"
#include "tests/simulation/chance.h"

namespace optare::simulation {

// Of a set of rows, whatever their order: a sum over the rows.
std::uint64_t row_digest(std::string_view full_key, std::string_view value);
// Whose rows these are, by their table (and by the partition in the key, of the journal's tables);
// none: the node's own affairs.
std::optional<Partition> partition_of_row(std::string_view full_key);
// Tables that the model of the log can make by itself.
bool folded_by_model(std::string_view full_key);

class SimulatedStore final : public Store {
 public:
  SimulatedStore(Chance chance, Break broken) : chance_(chance), broken_(broken) {}

  std::optional<std::string> get(Table table, std::string_view key) const override {
    return rows_->get(table, key);
  }
  void scan(Table table, std::string_view from,
            const std::function<bool(std::string_view key, std::string_view value)>& visit)
      const override {
    rows_->scan(table, from, visit);
  }
  void write(const StoreBatch& batch) override;
  void clear(Table table) override;
  void sync() override { undo_.clear(); }

  struct Digests {
    std::array<std::uint64_t, partitions.size()> all{};
    std::array<std::uint64_t, partitions.size()> folded{};  // of `folded_by_model`
  };
  const Digests& digests() const { return digests_; }

  void fail_writes(std::uint64_t once_in) { fail_once_in_ = once_in; }
  // Power loss: the last batches were never written, as many as chance says.
  std::size_t lose_batches();
  void wipe();
  // How far each partition is applied, and from which of the log's histories.
  struct Position {
    std::uint64_t next_offset = 0;
    std::uint64_t history = 0;
  };
  const Position& position(Partition partition) const {
    return positions_[static_cast<std::size_t>(partition)];
  }
  // Counts the times that a position moved on.
  std::uint64_t moves() const { return moves_; }
  // Asked when a position is about to move on: the history that it moves on in.
  std::function<std::uint64_t(Partition, std::uint64_t next_offset)> on_position;

 private:
  using Positions = std::array<Position, partitions.size()>;
  struct Undo {
    StoreBatch batch;
    Positions positions;
  };
  void note_positions(const StoreBatch& batch);
  void change(const StoreBatch& batch);
  StoreBatch inverse_of(const StoreBatch& batch) const;

  bool is_lost(std::string_view full_key);

  Chance chance_;
  Break broken_;
  std::unique_ptr<MemoryStore> rows_ = std::make_unique<MemoryStore>();
  Digests digests_;
  std::uint64_t fail_once_in_ = 0;
  Positions positions_;
  std::uint64_t moves_ = 0;
  std::deque<Undo> undo_;
};

}  // namespace optare::simulation
