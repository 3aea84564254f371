// What each store says when its sync failed: whatever is promised to be durable was synced.
#include <gtest/gtest.h>

#include "core/openssl/random.h"
#include "core/rocksdb/embedded_log.h"
#include "core/rocksdb/rocksdb_store.h"
#include "core/rocksdb/rocksdb_vault.h"
#include "tests/contract/event_log_contract.h"
#include "tests/support/fake_clock.h"
#include "tests/support/faulty_filesystem.h"
#include "tests/support/temporary_directory.h"

namespace optare {
namespace {

class UnsyncedDisk : public testing::Test {
 protected:
  TemporaryDirectory directory_;
  FaultyDisk disk_;
  FakeClock clock_;
  SystemRandom random_;
  RocksResources resources_{{}, disk_.env()};
};

TEST_F(UnsyncedDisk, HoldsNoSecretForSure) {
  RocksVault vault(resources_, directory_ / "vault", Secret(std::string(32, 'k')), random_);
  vault.put("log-id", Secret(std::string(16, 'i')));
  disk_.faults.sync_fails = true;
  EXPECT_THROW(vault.put("signing-key/key_1", Secret("private")), VaultFault);
}

TEST_F(UnsyncedDisk, ForgetsNoSecretForSure) {
  RocksVault vault(resources_, directory_ / "vault", Secret(std::string(32, 'k')), random_);
  vault.put("log-id", Secret(std::string(16, 'i')));
  vault.put("signing-key/key_1", Secret("private"));
  disk_.faults.sync_fails = true;
  EXPECT_THROW(vault.erase("signing-key/key_1"), VaultFault);
}

TEST_F(UnsyncedDisk, CutsNoLogForSure) {
  EmbeddedLog log(resources_, clock_, {.directory = directory_ / "log"});
  ASSERT_EQ(append_and_wait(log, Partition::control, "record"), Append::persisted);
  disk_.faults.sync_fails = true;
  EXPECT_THROW(log.drop_before(Partition::control, 1, "note"), LogFault);
}

TEST_F(UnsyncedDisk, KeepsNoRowForSure) {
  RocksStore store(resources_, directory_ / "view");
  StoreBatch batch;
  batch.put(Table::application, "srv_1", "row");
  store.write(batch);
  disk_.faults.sync_fails = true;
  EXPECT_THROW(store.sync(), StoreFault);
}

}  // namespace
}  // namespace optare
