// What all instances of RocksDB in one process may take together.
#include "core/rocksdb/resources.h"

#include <gtest/gtest.h>
#include <rocksdb/cache.h>
#include <rocksdb/table.h>
#include <rocksdb/write_buffer_manager.h>

#include "ops/open_files.h"

namespace optare {
namespace {

constexpr std::uint64_t stores_of_a_node = 4;  // log, view, vault, spool

TEST(RocksResources, AreOneCacheForTheBlocksAndMemtablesOfAll) {
  const RocksResources resources({.block_cache_bytes = 5U << 20U, .memtables_bytes = 3U << 20U});
  const rocksdb::Options log = resources.options(1U << 20U);
  const rocksdb::Options view = resources.options(2U << 20U);
  const auto cache_of = [](const rocksdb::Options& options) {
    return options.table_factory->GetOptions<rocksdb::BlockBasedTableOptions>()->block_cache;
  };
  EXPECT_EQ(cache_of(log)->GetCapacity(), 5U << 20U);
  EXPECT_EQ(cache_of(log), cache_of(view));
  EXPECT_EQ(log.write_buffer_manager->buffer_size(), 3U << 20U);
  EXPECT_TRUE(log.write_buffer_manager->cost_to_cache());
  EXPECT_EQ(log.write_buffer_manager, view.write_buffer_manager);
  EXPECT_EQ(view.write_buffer_size, 2U << 20U);
}

TEST(RocksResources, LendMemoryForMemtablesAndLeaveBlocksTheirShare) {
  const RocksResources resources({.block_cache_bytes = 5U << 20U, .memtables_bytes = 3U << 20U});
  const rocksdb::Options options = resources.options(0);
  const auto cache =
      options.table_factory->GetOptions<rocksdb::BlockBasedTableOptions>()->block_cache;
  resources.lend(7U << 20U);
  EXPECT_EQ(cache->GetCapacity(), 12U << 20U);
  EXPECT_EQ(options.write_buffer_manager->buffer_size(), 10U << 20U);
  resources.lend(0);
  EXPECT_EQ(cache->GetCapacity(), 5U << 20U);
  EXPECT_EQ(options.write_buffer_manager->buffer_size(), 3U << 20U);
}

// Connections leave them as many (ops/open_files.h).
TEST(RocksResources, KeepALimitedNumberOfFilesOpen) {
  const int open_files = RocksResources().options(1U << 20U).max_open_files;
  EXPECT_GT(open_files, 0) << "-1 is all there are";
  EXPECT_LT(stores_of_a_node * static_cast<std::uint64_t>(open_files), files_of_stores);
}

}  // namespace
}  // namespace optare
