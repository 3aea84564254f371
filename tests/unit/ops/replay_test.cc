#include "ops/replay.h"

#include <gtest/gtest.h>

#include "core/memory/memory_store.h"

namespace optare {
namespace {

TEST(Replay, ShowsTheFirstDifferencesAndCountsAll) {
  MemoryStore view;
  const MemoryStore replayed;
  StoreBatch batch;
  for (int i = 10; i < 35; ++i) batch.put(Table::application, "srv_" + std::to_string(i), "row");
  view.write(batch);
  const Comparison comparison = compare_views(view, replayed);
  EXPECT_EQ(comparison.different, 25U);
  ASSERT_EQ(comparison.first.size(), 20U);
  EXPECT_EQ(comparison.first.front().key, "srv_10");
  EXPECT_EQ(comparison.first.back().key, "srv_29");
}

}  // namespace
}  // namespace optare
