#include "core/memory/memory_store.h"
#include "core/rocksdb/rocksdb_store.h"
#include "tests/contract/store_contract.h"
#include "tests/support/temporary_directory.h"

namespace optare {
namespace {

class MemoryStoreFixture {
 public:
  static constexpr bool durable = false;
  Store& store() { return store_; }

 private:
  MemoryStore store_;
};

class RocksStoreFixture {
 public:
  static constexpr bool durable = true;
  Store& store() { return *store_; }
  void reopen() {
    store_.reset();
    store_ = std::make_unique<RocksStore>(resources_, directory_ / "view");
  }

 private:
  TemporaryDirectory directory_;
  RocksResources resources_;
  std::unique_ptr<RocksStore> store_ =
      std::make_unique<RocksStore>(resources_, directory_ / "view");
};

using Stores = testing::Types<MemoryStoreFixture, RocksStoreFixture>;

}  // namespace

INSTANTIATE_TYPED_TEST_SUITE_P(Adapters, StoreContract, Stores);

}  // namespace optare
