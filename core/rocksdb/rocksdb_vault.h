// The embedded vault: a RocksDB of its own whose values are sealed under the key-encryption key
// (contracts.md H). The names of secrets are readable on disk; the secrets are not.
#pragma once

#include <filesystem>

#include "core/ports/random.h"
#include "core/ports/vault.h"
#include "core/rocksdb/instance.h"
#include "core/vault/row_seal.h"

namespace optare {

// A row: name -> what RowSeal makes of the value. "log-id" has to be put first.
//
// Thread: safe for reading; one writer at a time.
class RocksVault final : public Vault {
 public:
  // Throws VaultFault: cannot be opened, is in use, or sealed under another key. `resources` and
  // `random` outlive this.
  RocksVault(const RocksResources& resources, std::filesystem::path directory,
             Secret key_encryption_key, Random& random, OpenMode mode = OpenMode::write);
  ~RocksVault() override;

  // Whether there is one: then its key must not be made anew.
  static bool exists(const std::filesystem::path& directory);

  std::optional<Secret> get(std::string_view name) const override;
  std::vector<std::string> names(std::string_view prefix) const override;
  // After a fault (a full disk) what there is can be read on, and a later write opens it again.
  void put(std::string_view name, const Secret& value) override;
  void erase(std::string_view name) override;

 private:
  Secret open_row(std::string_view name, std::string_view row) const;

  RocksInstance::Use use() const;     // throws VaultFault
  RocksInstance::Use use_to_write();  // throws VaultFault
  void check(const rocksdb::Status& status) const;

  RowSeal seal_;
  RocksInstance instance_;
};

}  // namespace optare
