#include "core/ports/store.h"

namespace optare {

std::string store_key(Table table, std::string_view key) {
  std::string out;
  out.reserve(1 + key.size());
  out.push_back(static_cast<char>(table));
  out += key;
  return out;
}

void StoreBatch::put(Table table, std::string_view key, std::string_view value) {
  changes.emplace_back(store_key(table, key), std::string(value));
}

void StoreBatch::erase(Table table, std::string_view key) {
  changes.emplace_back(store_key(table, key), std::nullopt);
}

}  // namespace optare
