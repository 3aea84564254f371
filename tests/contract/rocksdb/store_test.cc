// What the view on disk promises beyond the port.
#include "core/rocksdb/rocksdb_store.h"

#include <gtest/gtest.h>

#include "tests/support/faulty_filesystem.h"
#include "tests/support/temporary_directory.h"

namespace optare {
namespace {

class RocksStoreTest : public testing::Test {
 protected:
  std::unique_ptr<RocksStore> open(OpenMode mode = OpenMode::write) {
    return std::make_unique<RocksStore>(resources_, directory_ / "view", mode);
  }
  static void put(Store& store, std::string_view key, std::string_view value) {
    StoreBatch batch;
    batch.put(Table::api, key, value);
    store.write(batch);
  }
  TemporaryDirectory directory_;
  FaultyDisk disk_;
  RocksResources resources_{{}, disk_.env()};
};

TEST_F(RocksStoreTest, ReadsOnWhileTheDiskIsFullAndGoesOnByItselfLater) {
  const auto store = open();
  put(*store, "a", "before");
  disk_.faults.append_fails = true;
  for (int i = 0; i < 3; ++i) {
    EXPECT_THROW(put(*store, "b", "x"), StoreFault);
    EXPECT_THROW(store->sync(), StoreFault);
    EXPECT_EQ(store->get(Table::api, "a"), "before");
    EXPECT_EQ(store->get(Table::api, "b"), std::nullopt);
    EXPECT_TRUE(store->full());
    EXPECT_NE(store->fault(), "");
  }
  disk_.faults.append_fails = false;
  EXPECT_THROW(put(*store, "b", "x"), StoreFault) << "what it holds now has to be looked at first";
  EXPECT_FALSE(store->full());
  EXPECT_EQ(store->fault(), "");
  put(*store, "b", "again");
  EXPECT_EQ(store->get(Table::api, "a"), "before");
  EXPECT_EQ(store->get(Table::api, "b"), "again");
}

TEST_F(RocksStoreTest, KeepsWhatItTookBeforeADiskWasFullOverARestart) {
  auto store = open();
  put(*store, "a", "before");
  disk_.faults.append_fails = true;
  EXPECT_THROW(put(*store, "b", "x"), StoreFault);
  disk_.faults.append_fails = false;
  store.reset();
  EXPECT_EQ(open()->get(Table::api, "a"), "before");
}

TEST_F(RocksStoreTest, CanBeReadBesideTheProcessThatWrites) {
  const auto writer = open();
  put(*writer, "a", "1");
  const auto reader = open(OpenMode::read_only);
  EXPECT_EQ(reader->get(Table::api, "a"), "1");
  EXPECT_THROW(put(*reader, "b", "1"), StoreFault);
  put(*writer, "b", "2");
}

TEST_F(RocksStoreTest, IsOpenForWritingInOneProcessOnly) {
  const auto store = open();
  EXPECT_THROW(open(), StoreFault);
}

TEST_F(RocksStoreTest, TellsHowMuchDiskItTakes) {
  const auto store = open();
  const std::uint64_t before = store->bytes();
  for (int i = 0; i < 200; ++i) put(*store, std::to_string(i), std::string(10'000, 'x'));
  EXPECT_GT(store->bytes(), before + 1'000'000);
}

}  // namespace
}  // namespace optare
