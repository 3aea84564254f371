// How the rows of a vault are sealed under the key-encryption key, whatever keeps them
// (contracts.md H).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/ports/random.h"
#include "core/ports/vault.h"

namespace optare {

constexpr std::size_t key_encryption_key_bytes = 32;
constexpr std::string_view log_id_name = "log-id";

// A row: nonce (12) | AES-256-GCM(value) | tag (16). The additional data is log id | name, and for
// "log-id", which has to be there first, the name alone: a row is worth nothing under another name
// or in the vault of another log.
//
// Thread: `row` and `open` from any, once `belong_to` was called or while nothing calls it.
class RowSeal {
 public:
  // REQUIRES: a key of key_encryption_key_bytes. `random` outlives this.
  RowSeal(Secret key_encryption_key, Random& random);

  // Which log the rows belong to: the value of "log-id".
  void belong_to(std::string_view log_id) { log_id_ = log_id; }
  bool belongs() const { return !log_id_.empty(); }
  // REQUIRES: belongs(), but for "log-id".
  std::string row(std::string_view name, const Secret& value) const;
  // What is kept in the place of an erased row that stood at `place`, which holds a name. It is no
  // row of any name, and worth nothing in another place. REQUIRES: belongs(), but for "log-id".
  std::string erased_row(std::string_view place) const;
  bool is_erased_row(std::string_view place, std::string_view row) const;
  // None: sealed under another key, for another name or log, or altered.
  std::optional<Secret> open(std::string_view name, std::string_view row) const;

 private:
  std::string additional_data(std::string_view name) const;

  const Secret key_;
  Random& random_;
  std::string log_id_;
};

}  // namespace optare
