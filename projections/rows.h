// The rows of one batch under way, on top of the store: what is written here is read here.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "core/base/row_codec.h"
#include "core/ports/store.h"

namespace optare {

class Rows {
 public:
  explicit Rows(const Store& store) : store_(store) {}

  std::optional<std::string> get(Table table, std::string_view key) const;
  void put(Table table, std::string_view key, std::string value);
  void erase(Table table, std::string_view key);
  // The first row of a table whose key starts so, batch included; for indexes that are cleared from
  // the front.
  std::optional<std::string> first_key(Table table, std::string_view prefix = "") const;

  template <class T>
  Result<std::optional<T>> row(Table table, std::string_view key) const {
    const auto bytes = get(table, key);
    if (!bytes) return std::optional<T>();
    TRY(T value, decode_row<T>(*bytes));
    return std::optional<T>(std::move(value));
  }

  // Each changed row once, with its last value, in key order: a store takes them fastest so.
  // Nothing is left here.
  StoreBatch take();

 private:
  struct Row {
    std::optional<std::string> value;  // none: there is none, or it is erased
    bool changed = false;              // else as the store has it
  };
  const Store& store_;
  // By table byte + key, each table for itself. What was read once is not asked for again: many
  // commits of a batch rest on the same few streams.
  mutable std::map<Table, std::unordered_map<std::string, Row>> rows_;
};

}  // namespace optare
