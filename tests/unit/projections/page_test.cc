// Pages of lists stay small work, however many deleted rows lie between the living.
#include <gtest/gtest.h>

#include "core/memory/memory_log.h"
#include "core/memory/memory_store.h"
#include "projections/live_states.h"
#include "projections/living_page.h"
#include "tests/support/fake_clock.h"

namespace optare {
namespace {

class Pages : public ::testing::Test {
 protected:
  void put(int number, Standing standing) {
    Application application;
    application.id = ClientId("srv_" + std::to_string(100'000 + number));
    application.standing = standing;
    StoreBatch batch;
    batch.put(Table::application, application.id.text(), encode_row(application));
    store.write(batch);
  }

  FakeClock clock;
  MemoryLog log{clock};
  MemoryStore store;
  LiveStates states{store, log, clock};
};

TEST_F(Pages, EndWhenEnoughRowsWereLookedAt) {
  const int deleted = static_cast<int>(page_rows_scanned_max) + 10;
  put(0, Standing::active);
  for (int i = 1; i <= deleted; ++i) put(i, Standing::deleted);
  put(deleted + 1, Standing::inactive);

  const auto first = states.applications("", 10);
  ASSERT_EQ(first.items.size(), 1U);
  ASSERT_TRUE(first.next);  // short, and not the last
  const auto second = states.applications(*first.next, 10);
  ASSERT_EQ(second.items.size(), 1U);
  EXPECT_EQ(second.items.front()->standing, Standing::inactive);
  EXPECT_FALSE(second.next);
}

TEST_F(Pages, GoOnBehindTheLastItem) {
  for (int i = 0; i < 4; ++i) put(i, i == 1 ? Standing::deleted : Standing::active);
  const auto first = states.applications("", 2);
  ASSERT_EQ(first.items.size(), 2U);
  ASSERT_TRUE(first.next);
  const auto second = states.applications(*first.next, 2);
  ASSERT_EQ(second.items.size(), 1U);
  EXPECT_FALSE(second.next);
}

}  // namespace
}  // namespace optare
