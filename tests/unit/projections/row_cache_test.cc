#include "projections/row_cache.h"

#include <gtest/gtest.h>

#include "core/memory/memory_log.h"
#include "projections/live_states.h"
#include "tests/support/counted_store.h"
#include "tests/support/fake_clock.h"

namespace optare {
namespace {

class CachedStates : public testing::Test {
 protected:
  static constexpr int rows = 2'000;

  CachedStates() {
    StoreBatch batch;
    for (int i = 0; i < rows; ++i) {
      Application application;
      application.id = client(i);
      batch.put(Table::application, application.id.text(), encode_row(application));
      Api row;
      row.id = api(i);
      batch.put(Table::api, row.id.text(), encode_row(row));
    }
    store.write(batch);
  }
  static ClientId client(int i) { return ClientId("srv_" + std::to_string(i)); }
  static ApiId api(int i) { return ApiId("api_" + std::to_string(i)); }

  // Rows that are read when all of them were asked for before.
  std::size_t read_again(LiveStatesOptions options, auto ask) {
    const LiveStates states(store, log, clock, options);
    for (int i = 0; i < rows; ++i) ask(states, i);
    store.forget_work();
    for (int i = 0; i < rows; ++i) ask(states, i);
    return store.work().rows_read;
  }

  FakeClock clock;
  MemoryLog log{clock};
  CountedStore store;
};

TEST_F(CachedStates, KeepALimitedNumberOfApplications) {
  const auto ask = [](const LiveStates& states, int i) {
    ASSERT_TRUE(states.application(client(i)));
  };
  EXPECT_EQ(read_again({}, ask), 0U);
  EXPECT_GE(read_again({.applications_cached_max = 160}, ask), std::size_t{rows} - 176);
}

TEST_F(CachedStates, KeepALimitedNumberOfApis) {
  const auto ask = [](const LiveStates& states, int i) { ASSERT_TRUE(states.api(api(i))); };
  EXPECT_LT(read_again({.apis_cached_max = 4'000}, ask), 10U);
  EXPECT_GE(read_again({.apis_cached_max = 160}, ask), std::size_t{rows} - 176);
}

}  // namespace
}  // namespace optare
