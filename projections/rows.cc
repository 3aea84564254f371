#include "projections/rows.h"

#include <algorithm>

namespace optare {
namespace {

std::string full_key(Table table, std::string_view key) {
  std::string full;
  full.reserve(key.size() + 1);
  full.push_back(static_cast<char>(table));
  full += key;
  return full;
}

}  // namespace

std::optional<std::string> Rows::get(Table table, std::string_view key) const {
  std::string full = full_key(table, key);
  if (const auto found = rows_.find(full); found != rows_.end()) return found->second.value;
  std::optional<std::string> value = store_.get(table, key);
  rows_.emplace(std::move(full), Row{value});
  return value;
}

void Rows::put(Table table, std::string_view key, std::string value) {
  rows_[full_key(table, key)] = {std::move(value), true};
}

void Rows::erase(Table table, std::string_view key) {
  rows_[full_key(table, key)] = {std::nullopt, true};
}

std::optional<std::string> Rows::first_key(Table table) const {
  std::optional<std::string> first;
  store_.scan(table, "", [&](std::string_view key, std::string_view) {
    const auto found = rows_.find(full_key(table, key));
    if (found != rows_.end() && !found->second.value) return true;  // Erased in this batch.
    first = key;
    return false;
  });
  for (const auto& [full, row] : rows_) {
    if (full.front() != static_cast<char>(table) || !row.value) continue;
    if (!first || std::string_view(full).substr(1) < *first) first = full.substr(1);
  }
  return first;
}

StoreBatch Rows::take() {
  StoreBatch batch;
  batch.changes.reserve(rows_.size());
  while (!rows_.empty()) {
    auto row = rows_.extract(rows_.begin());
    if (row.mapped().changed)
      batch.changes.emplace_back(std::move(row.key()), std::move(row.mapped().value));
  }
  std::ranges::sort(batch.changes, {},
                    [](const auto& change) -> const auto& { return change.first; });
  return batch;
}

}  // namespace optare
