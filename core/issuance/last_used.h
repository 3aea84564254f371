// When each secret was last used, to the minute (contracts.md U). In memory until flushed; never an
// event.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/base/id.h"
#include "core/base/time.h"

namespace optare {

// A row of Table::last_used: client id + 0 + secret id -> minutes since 1970 (8, big-endian). The
// empty secret id is the application as a whole.
struct LastUsedRow {
  std::string key;
  std::string value;
};
std::string last_used_key(const ClientId& client, const SecretId& secret);
std::optional<Timestamp> last_used_of(std::string_view value);
// The row of Table::meta that says since when uses are kept: ms since 1970 (8, big-endian).
constexpr std::string_view last_used_since_key = "last-used-since";

// Thread: safe; a client's entries sit behind one of several locks.
class LastUsed {
 public:
  void used(const ClientId& client, const SecretId& secret, Timestamp now);
  // What was used since the last `take_changes`, for a reader that looks into the store after this.
  std::optional<Timestamp> pending(const ClientId& client, const SecretId& secret) const;
  // Rows to write; they are forgotten here. For the store's one writer, each minute and at stop.
  std::vector<LastUsedRow> take_changes();
  // Rows that were taken and could not be written.
  void put_back(const std::vector<LastUsedRow>& rows);

 private:
  using Minute = std::int64_t;
  struct Use {
    std::string secret;
    Minute minute = 0;
  };
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>{}(text);
    }
  };
  struct alignas(64) Shard {
    mutable std::mutex mutex;
    // By client; few secrets live at a time.
    std::unordered_map<std::string, std::vector<Use>, Hash, std::equal_to<>> uses;
  };
  void remember(std::string_view client, std::string_view secret, Minute minute);
  static Minute latest(const std::vector<Use>& uses);
  const Shard& shard(std::string_view client) const;
  static constexpr std::size_t shards = 16;
  std::array<Shard, shards> shards_;
};

}  // namespace optare
