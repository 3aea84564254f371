#include "core/memory/memory_store.h"

#include <mutex>

namespace optare {

std::optional<std::string> MemoryStore::get(Table table, std::string_view key) const {
  const std::string row = store_key(table, key);
  const std::shared_lock lock(mutex_);
  const auto found = rows_.find(row);
  return found == rows_.end() ? std::nullopt : std::optional(found->second);
}

void MemoryStore::scan(Table table, std::string_view from,
                       const std::function<bool(std::string_view, std::string_view)>& visit) const {
  // Copied first: `visit` may read or write this store, and sees one state of it.
  std::vector<std::pair<std::string, std::string>> rows;
  {
    const std::shared_lock lock(mutex_);
    for (auto row = rows_.lower_bound(store_key(table, from)); row != rows_.end(); ++row) {
      if (row->first.front() != static_cast<char>(table)) break;
      rows.emplace_back(row->first.substr(1), row->second);
    }
  }
  for (const auto& [key, value] : rows)
    if (!visit(key, value)) return;
}

void MemoryStore::write(const StoreBatch& batch) {
  const std::unique_lock lock(mutex_);
  for (const auto& [key, value] : batch.changes) {
    if (value)
      rows_.insert_or_assign(key, *value);
    else
      rows_.erase(key);
  }
}

void MemoryStore::clear(Table table) {
  const std::unique_lock lock(mutex_);
  std::erase_if(rows_,
                [&](const auto& row) { return row.first.front() == static_cast<char>(table); });
}

}  // namespace optare
