// What a power loss does to a database of RocksDB's.
#pragma once

#include <filesystem>
#include <fstream>

namespace optare {

// What was not synced is gone.
inline void lose_what_was_not_synced(const std::filesystem::path& database) {
  for (const auto& entry : std::filesystem::directory_iterator(database))
    if (entry.path().extension() == ".log") std::ofstream(entry.path(), std::ios::trunc);
}

}  // namespace optare
