#include "projections/rows.h"

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
  if (const auto found = changes_.find(full_key(table, key)); found != changes_.end())
    return found->second;
  return store_.get(table, key);
}

void Rows::put(Table table, std::string_view key, std::string value) {
  changes_[full_key(table, key)] = std::move(value);
}

void Rows::erase(Table table, std::string_view key) {
  changes_[full_key(table, key)] = std::nullopt;
}

std::optional<std::string> Rows::first_key(Table table) const {
  std::optional<std::string> first;
  store_.scan(table, "", [&](std::string_view key, std::string_view) {
    const auto changed = changes_.find(full_key(table, key));
    if (changed != changes_.end() && !changed->second) return true;  // Erased in this batch.
    first = key;
    return false;
  });
  for (const auto& [full, value] : changes_) {
    if (full.front() != static_cast<char>(table) || !value) continue;
    if (!first || std::string_view(full).substr(1) < *first) first = full.substr(1);
  }
  return first;
}

void Rows::for_each(const std::function<void(Table, std::string_view,
                                             const std::optional<std::string>&)>& visit) const {
  for (const auto& [full, value] : changes_) {
    visit(static_cast<Table>(full.front()), std::string_view(full).substr(1), value);
  }
}

StoreBatch Rows::batch() const {
  StoreBatch batch;
  batch.changes.assign(changes_.begin(), changes_.end());
  return batch;
}

}  // namespace optare
