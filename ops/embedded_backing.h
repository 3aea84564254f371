// Vault and log in the data folder: a deployment of one node (design D4).
#pragma once

#include "core/rocksdb/embedded_log.h"
#include "core/rocksdb/rocksdb_vault.h"
#include "ops/backing.h"

namespace optare {

struct NodeOptions;

class EmbeddedBacking final : public Backing {
 public:
  // Makes what is missing at a first start: the key file, the vault and its contents, an empty
  // log. Throws VaultFault, LogFault. All parts outlive this.
  EmbeddedBacking(const NodeOptions& options, const RocksResources& resources, const Clock& clock,
                  Random& random, const SigningKeys& signing_keys);

  Vault& vault() override { return vault_; }
  EventLog& log() override { return log_; }
  const Identity& identity() const override { return identity_; }
  std::string vault_place() const override;
  std::string log_place() const override;
  std::string fault() const override { return log_.fault(); }
  std::optional<std::uint64_t> end(Partition partition) const override;
  std::uint64_t bytes() const override { return log_.bytes(); }
  Result<void> catch_up(Progress& /*progress*/,
                        const std::function<void()>& /*meanwhile*/) override {
    return {};
  }

 private:
  const std::filesystem::path data_;
  RocksVault vault_;
  const Identity identity_;
  EmbeddedLog log_;
};

}  // namespace optare
