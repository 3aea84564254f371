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
  auto& rows = rows_[table];
  if (const auto found = rows.find(full); found != rows.end()) return found->second.value;
  std::optional<std::string> value = store_.get(table, key);
  rows.emplace(std::move(full), Row{value});
  return value;
}

void Rows::put(Table table, std::string_view key, std::string value) {
  rows_[table][full_key(table, key)] = {std::move(value), true};
}

void Rows::erase(Table table, std::string_view key) {
  rows_[table][full_key(table, key)] = {std::nullopt, true};
}

std::optional<std::string> Rows::first_key(Table table, std::string_view prefix) const {
  const auto& rows = rows_[table];
  std::optional<std::string> first;
  store_.scan(table, prefix, [&](std::string_view key, std::string_view) {
    if (!key.starts_with(prefix)) return false;
    const auto found = rows.find(full_key(table, key));
    if (found != rows.end() && !found->second.value) return true;  // Erased in this batch.
    first = key;
    return false;
  });
  for (const auto& [full, row] : rows) {
    const std::string_view key = std::string_view(full).substr(1);
    if (!row.value || !key.starts_with(prefix)) continue;
    if (!first || key < *first) first = key;
  }
  return first;
}

StoreBatch Rows::take() {
  StoreBatch batch;
  for (auto& [table, rows] : rows_) {
    const auto start = static_cast<std::ptrdiff_t>(batch.changes.size());
    while (!rows.empty()) {
      auto row = rows.extract(rows.begin());
      if (row.mapped().changed)
        batch.changes.emplace_back(std::move(row.key()), std::move(row.mapped().value));
    }
    std::ranges::sort(batch.changes.begin() + start, batch.changes.end(), {},
                      [](const auto& change) -> const auto& { return change.first; });
  }
  return batch;
}

}  // namespace optare
