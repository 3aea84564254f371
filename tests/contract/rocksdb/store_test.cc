// What the view on disk promises beyond the port.
#include "core/rocksdb/rocksdb_store.h"

#include <gtest/gtest.h>
#include <rocksdb/write_buffer_manager.h>

#include "tests/support/faulty_filesystem.h"
#include "tests/support/process.h"

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
  std::ptrdiff_t table_files() const {
    return std::ranges::count_if(
        std::filesystem::directory_iterator(directory_ / "view"),
        [](const auto& entry) { return entry.path().extension() == ".sst"; });
  }
  std::size_t memtables_budget() const {
    return resources_.options(0).write_buffer_manager->buffer_size();
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

TEST_F(RocksStoreTest, HoldsMoreInMemoryOnlyWhileMuchIsExpected) {
  auto store = open();
  const std::size_t usual = memtables_budget();
  store->expect_much(true);
  EXPECT_GT(memtables_budget(), usual);
  const std::string megabyte(1U << 20U, 'x');
  const auto put_megabytes = [&](int from, int to) {
    for (int i = from; i < to; ++i) put(*store, std::to_string(i), megabyte);
  };
  put_megabytes(0, 10);
  wait_until("the memtable that was begun before to be a file", [&] { return table_files() == 1; });
  put_megabytes(10, 30);
  EXPECT_EQ(table_files(), 1) << "twice what it holds else";
  store->expect_much(false);
  EXPECT_EQ(memtables_budget(), usual);
  wait_until("what was held to be in a file", [&] { return table_files() == 2; });
  EXPECT_EQ(store->get(Table::api, "29"), megabyte);
  store->expect_much(true);
  store.reset();
  EXPECT_EQ(memtables_budget(), usual) << "it gives back what it was lent";
}

// Nothing but speed hangs on it.
TEST_F(RocksStoreTest, ExpectsMuchOnAFullDiskWithoutAFault) {
  const auto store = open();
  put(*store, "a", "before");
  for (const bool much : {true, false}) {
    disk_.faults.append_fails = true;
    EXPECT_NO_THROW(store->expect_much(much));
    EXPECT_EQ(store->get(Table::api, "a"), "before");
    disk_.faults.append_fails = false;
    wait_until("a write", [&] {
      try {
        put(*store, "b", "after");
        return true;
      } catch (const StoreFault&) {
        return false;
      }
    });
    EXPECT_EQ(store->get(Table::api, "b"), "after");
  }
}

}  // namespace
}  // namespace optare
