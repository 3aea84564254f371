// A view in memory that counts what is asked of it.
#pragma once

#include <cstddef>

#include "core/memory/memory_store.h"

namespace optare {

// Thread: one.
class CountedStore final : public Store {
 public:
  struct Work {
    std::size_t rows_read = 0, rows_scanned = 0, rows_written = 0, bytes_written = 0;
    bool operator==(const Work&) const = default;
  };
  const Work& work() const { return work_; }
  void forget_work() { work_ = {}; }

  std::optional<std::string> get(Table table, std::string_view key) const override {
    ++work_.rows_read;
    return store_.get(table, key);
  }
  void scan(Table table, std::string_view from,
            const std::function<bool(std::string_view, std::string_view)>& visit) const override {
    store_.scan(table, from, [&](std::string_view key, std::string_view value) {
      ++work_.rows_scanned;
      return visit(key, value);
    });
  }
  void write(const StoreBatch& batch) override {
    work_.rows_written += batch.changes.size();
    for (const auto& [key, value] : batch.changes)
      work_.bytes_written += key.size() + (value ? value->size() : 0);
    store_.write(batch);
  }
  void clear(Table table) override { store_.clear(table); }
  void sync() override {}
  void expect_much(bool much) override {
    if (much != much_expected()) told_.push_back(much);
  }
  bool much_expected() const { return !told_.empty() && told_.back(); }
  // Whether much is to be expected, each time that this changed.
  const std::vector<bool>& told() const { return told_; }

 private:
  MemoryStore store_;
  std::vector<bool> told_;
  mutable Work work_;
};

}  // namespace optare
