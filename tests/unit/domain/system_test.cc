#include "core/system/system.h"

#include <gtest/gtest.h>

#include "core/base/row_codec.h"
#include "core/revocation/revocation.h"
#include "tests/support/facts.h"

namespace optare {
namespace {

using namespace facts;

TEST(System, IsWhatGenesisSaysAndRises) {
  const auto system =
      evolve(System(), *narrow<SystemEvent>(log_created().event), {"system", 1, 1, start});
  ASSERT_TRUE(system);
  EXPECT_EQ(system->issuer, issuer);
  EXPECT_EQ(system->log_id, std::string(16, 7));
  EXPECT_EQ(decode_row<System>(encode_row(*system)), *system);
  const auto raised = evolve(*system, FeatureLevelRaised{.level = 2}, {"system", 9, 4, start});
  ASSERT_TRUE(raised);
  EXPECT_EQ(raised->feature_level, 2U);
  EXPECT_EQ(raised->version, 4U) << "claims moved it in between";
}

TEST(System, RefusesEventsThatCannotFollow) {
  const auto system =
      evolve(System(), *narrow<SystemEvent>(log_created().event), {"system", 1, 1, start});
  EXPECT_FALSE(evolve(*system, *narrow<SystemEvent>(log_created().event), {"system", 2, 2, start}));
  EXPECT_FALSE(evolve(*system, FeatureLevelRaised{.level = 1}, {"system", 2, 2, start}));
  EXPECT_FALSE(evolve(System(), FeatureLevelRaised{.level = 2}, {"system", 1, 1, start}));
  EXPECT_FALSE(evolve(System(), LogCreated{.log_id = {1}, .issuer = issuer, .fleet_key_id = 1},
                      {"system", 1, 1, start}));
}

TEST(System, KeepsWhatItIsWhenItsLogIsSealed) {
  const auto system =
      evolve(System(), *narrow<SystemEvent>(log_created().event), {"system", 1, 1, start});
  const LogSealed sealed{.log_id = std::vector<std::uint8_t>(16, 9)};
  const auto moved = evolve(*system, sealed, {"system", 7, 2, start});
  ASSERT_TRUE(moved);
  System expected = *system;
  expected.version = 2;
  EXPECT_EQ(*moved, expected);
  EXPECT_FALSE(evolve(System(), sealed, {"system", 1, 1, start}));
  EXPECT_FALSE(evolve(*system, LogSealed{.log_id = {1}}, {"system", 7, 2, start}));
}

TEST(Revocation, HappensOnce) {
  const TokenRevoked revoked{.client_id = "srv_a", .token_expires_at = milliseconds_of(start)};
  const EventMeta meta{"00/revocation/00abc", 3, 1, start};
  const auto revocation = evolve(Revocation(), revoked, meta);
  ASSERT_TRUE(revocation);
  EXPECT_EQ(revocation->jti, TokenId("00abc"));
  EXPECT_EQ(revocation->expires_at, start);
  EXPECT_EQ(revocation_stream(revocation->jti), meta.stream);
  EXPECT_EQ(decode_row<Revocation>(encode_row(*revocation)), *revocation);
  EXPECT_FALSE(evolve(*revocation, revoked, meta));
  EXPECT_FALSE(evolve(Revocation(), revoked, {"elsewhere/00abc", 3, 1, start}));
}

}  // namespace
}  // namespace optare
