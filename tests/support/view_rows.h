// The rows of a node's view: what it made of the log.
#pragma once

#include <array>
#include <filesystem>
#include <map>
#include <string>
#include <utility>

#include "core/rocksdb/rocksdb_store.h"

namespace optare {

using ViewRows = std::map<std::pair<Table, std::string>, std::string>;

// Those that each node has alike once it applied the same commits: without what a node keeps of
// itself, and how far it read, which ticks move. Also beside the node.
inline ViewRows rows_in(const std::filesystem::path& view) {
  constexpr std::array tables{
      Table::stream,      Table::chain,   Table::journal,           Table::quarantine,
      Table::application, Table::api,     Table::api_by_identifier, Table::application_by_api,
      Table::signing_key, Table::system,  Table::revocation,        Table::revocation_by_expiry,
      Table::due_secret,  Table::outcome, Table::outcome_by_time,   Table::stream_by_time};
  const RocksResources resources;
  const RocksStore store(resources, view, OpenMode::read_only);
  ViewRows rows;
  for (const Table table : tables) {
    store.scan(table, "", [&](std::string_view key, std::string_view row) {
      rows.emplace(std::pair(table, std::string(key)), row);
      return true;
    });
  }
  return rows;
}

}  // namespace optare
