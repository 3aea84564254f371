// The port to the view: ordered rows in tables, written in atomic batches by one thread, read by
// all. Adapters: memory, rocksdb.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace optare {

// One byte before each key. DO NOT REUSE a number for other contents.
enum class Table : std::uint8_t {
  meta = 1,        // log id, projection versions, flags
  head = 2,        // partition (4) -> Head
  stream = 3,      // partition (4) + stream name -> StreamVersion
  chain = 4,       // partition (4) + ordinal % view_age_max (8) -> ordinal (8) + hash
  journal = 5,     // partition (4) + ordinal (8) -> offset (8) + log time (8)
  quarantine = 6,  // stream name -> ordinal (8) + reason
  // Projections; the catalogue (projections/catalogue.h) says which owns which.
  application = 32,           // client id -> Application
  api = 33,                   // api id -> Api
  api_by_identifier = 34,     // identifier -> api id, living APIs only
  application_by_api = 35,    // api id + 0 + client id -> nothing
  signing_key = 36,           // kid -> SigningKey
  system = 37,                // "" -> System
  revocation = 38,            // jti -> Revocation
  revocation_by_expiry = 39,  // expires at (8) + jti -> nothing
  due_secret = 40,            // due at (8) + client id + 0 + secret id -> nothing
  outcome = 41,               // command id (16) -> CommandOutcome
  outcome_by_time = 42,       // log time (8) + command id -> nothing
  last_used = 43,             // client id + 0 + secret id -> minute; flushed locally, never rebuilt
  stream_by_time = 44,  // partition (4) + written at (8) + stream name -> nothing; streams that end
};

// The table's byte and the key: how rows are kept in order.
std::string store_key(Table table, std::string_view key);

struct StoreBatch {
  std::vector<std::pair<std::string, std::optional<std::string>>>
      changes;  // table byte + key -> value, or erased

  void put(Table table, std::string_view key, std::string_view value);
  void erase(Table table, std::string_view key);
};

// The disk or the library failed; the view may be behind, the log is not touched. A write that
// threw may be tried again, by who has read again what he goes on from: the store may have had to
// open its files anew, and these may hold less.
struct StoreFault : std::runtime_error {
  using std::runtime_error::runtime_error;
};

class Store {
 public:
  virtual ~Store() = default;
  // Thread-safe reads. Throw StoreFault when the disk cannot be read.
  virtual std::optional<std::string> get(Table table, std::string_view key) const = 0;
  // Rows with key >= from, in key order, until `visit` says false or the table ends. A consistent
  // snapshot.
  virtual void scan(
      Table table, std::string_view from,
      const std::function<bool(std::string_view key, std::string_view value)>& visit) const = 0;
  // One writer thread. All or nothing; WAL on, not synced (the log is the truth). Throws
  // StoreFault.
  virtual void write(const StoreBatch& batch) = 0;
  virtual void clear(Table table) = 0;
  // Everything written so far survives power loss.
  virtual void sync() = 0;
  // Whether much is written at once from here on: then a store may take more memory, within a bound
  // of its own, to be quicker. It keeps and promises the same.
  virtual void expect_much(bool /*much*/) {}
};

}  // namespace optare
