// A page of a list: small work, however many deleted rows lie between the living.
#pragma once

#include "core/ports/states.h"
#include "core/ports/store.h"

namespace optare {

// Rows that are looked at for one page, those of deleted ones too; ours: some milliseconds.
constexpr std::size_t page_rows_scanned_max = 4'096;

// A page of living rows of one table, in key order, after `from`.
template <class T, class Decode>
Page<std::shared_ptr<const T>> living_page(const Store& store, Table table, std::string_view prefix,
                                           std::string_view from, std::size_t limit,
                                           const Decode& decode) {
  Page<std::shared_ptr<const T>> page;
  std::string start(prefix);
  start += from;
  if (!from.empty()) start.push_back('\0');  // Just after it.
  std::string last;
  std::size_t scanned = 0;
  store.scan(table, start, [&](std::string_view key, std::string_view value) {
    if (!key.starts_with(prefix)) return false;
    if (++scanned > page_rows_scanned_max) {
      page.next = last;
      return false;
    }
    std::shared_ptr<const T> item = decode(key.substr(prefix.size()), value);
    const bool living = item && item->exists();
    if (living && page.items.size() == limit) {
      page.next = last;
      return false;
    }
    last = key.substr(prefix.size());
    if (living) page.items.push_back(std::move(item));
    return true;
  });
  return page;
}

}  // namespace optare
