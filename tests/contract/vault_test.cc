#include "core/memory/memory_vault.h"
#include "core/openssl/random.h"
#include "core/rocksdb/rocksdb_vault.h"
#include "tests/contract/vault_contract.h"
#include "tests/support/temporary_directory.h"

namespace optare {
namespace {

class MemoryVaultFixture {
 public:
  static constexpr bool durable = false;
  Vault& vault() { return vault_; }

 private:
  MemoryVault vault_;
};

class RocksVaults {
 public:
  std::unique_ptr<RocksVault> open() {
    return std::make_unique<RocksVault>(resources_, directory_ / "vault",
                                        Secret(std::string(32, 'k')), random_);
  }

 private:
  TemporaryDirectory directory_;
  RocksResources resources_;
  SystemRandom random_;
};

using Vaults = testing::Types<MemoryVaultFixture, DurableVault<RocksVaults>>;

}  // namespace

INSTANTIATE_TYPED_TEST_SUITE_P(Adapters, VaultContract, Vaults);

}  // namespace optare
