// Revocations are found whenever they came: most look-ups end at a filter in memory.
#include <gtest/gtest.h>

#include "core/memory/memory_log.h"
#include "core/memory/memory_store.h"
#include "projections/live_states.h"
#include "tests/support/fake_clock.h"

namespace optare {
namespace {

class RevocationLookup : public ::testing::Test {
 protected:
  static StoreBatch revoked(const std::string& jti) {
    Revocation revocation;
    revocation.jti = TokenId(jti);
    StoreBatch batch;
    batch.put(Table::revocation, jti, encode_row(revocation));
    return batch;
  }

  FakeClock clock;
  MemoryLog log{clock};
  MemoryStore store;
};

TEST_F(RevocationLookup, FindsWhatWasThereAtTheStart) {
  store.write(revoked("00before"));
  LiveStates states(store, log, clock);
  states.reload({});
  EXPECT_TRUE(states.revocation(TokenId("00before")));
  EXPECT_FALSE(states.revocation(TokenId("00another")));
}

TEST_F(RevocationLookup, FindsWhatIsAppliedLater) {
  LiveStates states(store, log, clock);
  states.reload({});
  const StoreBatch batch = revoked("00later");
  store.write(batch);
  states.applied(batch, {});
  EXPECT_TRUE(states.revocation(TokenId("00later")));
  EXPECT_FALSE(states.revocation(TokenId("00another")));
}

TEST_F(RevocationLookup, FindsNoMoreWhatWasClearedAway) {
  store.write(revoked("00ended"));
  LiveStates states(store, log, clock);
  states.reload({});
  StoreBatch cleared;
  cleared.erase(Table::revocation, "00ended");
  store.write(cleared);
  states.applied(cleared, {});
  EXPECT_FALSE(states.revocation(TokenId("00ended")));
}

TEST_F(RevocationLookup, FindsEverythingWhenThereAreMoreThanTheFilterTakes) {
  StoreBatch many;
  for (std::size_t i = 0; i <= KeyFilter::keys_max; ++i)
    many.put(Table::revocation, "00" + std::to_string(i), "");
  store.write(many);
  store.write(revoked("99last"));
  LiveStates states(store, log, clock);
  states.reload({});
  EXPECT_TRUE(states.revocation(TokenId("99last")));
}

}  // namespace
}  // namespace optare
