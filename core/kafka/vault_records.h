// What a vault's topic says: the rows by name, from its records in order. Pure: no I/O, no keys.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace optare {

constexpr std::size_t vault_row_bytes_max = 16 * 1024;  // an RSA key has 2 KiB; ours
constexpr std::size_t vault_rows_max = 100'000;         // ours

// A record's key is the name of the secret, or, for a claim, the name, a zero byte and what makes
// the claim's key its own. Of a name's claims the first in the topic counts, whatever is put later.
// Each has a key of its own so that compaction, which keeps the last record of a key, keeps them
// all.
std::string claim_key(std::string_view name, std::string_view own);

class VaultRecords {
 public:
  // The next record. A value: the row; none: that of the key is erased. Returns false for a record
  // that is over a limit: it is a stranger's.
  bool apply(std::string_view key, std::optional<std::string_view> value);
  // The next record is a stranger's. It is as if it were not there, but compaction does not know.
  void pass_over(std::string_view key);
  // The keys of rows whose last record is a stranger's.
  const std::set<std::string>& buried() const { return buried_; }

  std::optional<std::string_view> row(std::string_view name) const;
  // Of this very key, whether it counts or not.
  std::optional<std::string_view> row_at(std::string_view key) const;
  // The key of the name's claim that counts.
  std::optional<std::string_view> claimed_by(std::string_view name) const;
  std::vector<std::string> names(std::string_view prefix) const;
  // The names of rows at other keys than these.
  std::vector<std::string> names_beside(const std::set<std::string>& keys) const;
  // Has the row of that very key as `other` has it, if it does, buried; a claim in its order,
  // before those that `other` does not know.
  void keep(std::string_view key, const VaultRecords& other);
  // Every key that has to be erased for the name to be.
  std::vector<std::string> keys(std::string_view name) const;

 private:
  struct Claim {
    std::string key;
    std::string row;
  };
  struct Rows {
    std::vector<Claim> claims;       // in their order
    std::optional<std::string> row;  // put without a claim
  };
  std::map<std::string, Rows, std::less<>> names_;
  std::size_t rows_ = 0;
  std::set<std::string> buried_;
};

}  // namespace optare
