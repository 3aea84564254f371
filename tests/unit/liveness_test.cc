// Every principal in every condition.
#include "core/oauth/liveness.h"

#include <gtest/gtest.h>

#include <functional>

#include "tests/support/token_fixture.h"

namespace optare {
namespace {

// A change to the deployment, or to the token's claims, and what becomes of the token.
struct Case {
  const char* name;
  Liveness expected;
  std::function<void(TokenFixture&, AccessTokenClaims&)> change;
  bool jwt_only = false;
};

Application& application(TokenFixture& t) {
  return t.states.application_rows.at(ClientId("srv_1"));
}
Api& api(TokenFixture& t) { return t.states.api_rows.at(ApiId("api_1")); }
using Claims = AccessTokenClaims;

const std::vector<Case>& cases() {
  static const std::vector<Case> all{
      {"nothing", Liveness::alive, [](auto&, auto&) {}},

      {"application_absent", Liveness::application_unknown,
       [](auto& t, Claims&) { t.states.application_rows.clear(); }},
      {"application_row_absent", Liveness::application_unknown,
       [](auto& t, Claims&) { application(t).standing = Standing::absent; }},
      {"application_inactive", Liveness::application_inactive,
       [](auto& t, Claims&) { application(t).standing = Standing::inactive; }},
      {"application_deleted", Liveness::application_deleted,
       [](auto& t, Claims&) { application(t).standing = Standing::deleted; }},
      {"application_standing_at_v", Liveness::alive,
       [](auto& t, Claims& c) { application(t).standing_ordinal = c.v; }},
      {"application_standing_after_v", Liveness::application_moved,
       [](auto& t, Claims& c) { application(t).standing_ordinal = c.v + 1; }},
      {"application_quarantined", Liveness::quarantined,
       [](auto& t, Claims&) { t.states.quarantined_streams.insert("application/srv_1"); }},

      {"api_absent", Liveness::api_unknown, [](auto& t, Claims&) { t.states.api_rows.clear(); }},
      {"api_deleted", Liveness::api_unknown,
       [](auto& t, Claims&) { api(t).standing = Standing::deleted; }},
      {"api_of_another_identifier", Liveness::api_unknown,
       [](auto& t, Claims&) { api(t).identifier = "urn:other"; }},
      {"api_standing_at_v", Liveness::alive,
       [](auto& t, Claims& c) { api(t).standing_ordinal = c.v; }},
      {"api_standing_after_v", Liveness::api_moved,
       [](auto& t, Claims& c) { api(t).standing_ordinal = c.v + 1; }},
      {"api_registered_again", Liveness::api_moved,
       [](auto& t, Claims& c) {
         Api again = api(t);
         api(t).standing = Standing::deleted;
         again.id = ApiId("api_2");
         again.standing_ordinal = c.v + 1;
         t.states.api_rows[again.id] = again;
       }},
      {"api_quarantined", Liveness::quarantined,
       [](auto& t, Claims&) { t.states.quarantined_streams.insert("api/api_1"); }},

      {"grant_gone", Liveness::grant_gone, [](auto& t, Claims&) { application(t).grants.clear(); }},
      {"grant_of_another_api", Liveness::grant_gone,
       [](auto& t, Claims&) { application(t).grants[0].api = ApiId("api_2"); }},
      {"grant_standing_at_v", Liveness::alive,
       [](auto& t, Claims& c) { application(t).grants[0].standing = c.v; }},
      {"grant_standing_after_v", Liveness::grant_moved,
       [](auto& t, Claims& c) { application(t).grants[0].standing = c.v + 1; }},

      {"key_unknown", Liveness::key_unknown, [](auto& t, Claims&) { t.states.key_rows.clear(); },
       true},
      {"key_revoked", Liveness::key_revoked,
       [](auto& t, Claims&) { t.states.key_rows[0].revoked_at = TokenFixture::now; }, true},
      {"key_published_at_v", Liveness::alive,
       [](auto& t, Claims& c) { t.states.key_rows[0].ordinal = c.v; }, true},
      {"key_published_after_v", Liveness::key_moved,
       [](auto& t, Claims& c) { t.states.key_rows[0].ordinal = c.v + 1; }, true},
      {"key_quarantined", Liveness::quarantined,
       [](auto& t, Claims&) { t.states.quarantined_streams.insert("key/key_1"); }, true},

      {"token_revoked", Liveness::token_revoked,
       [](auto& t, Claims& c) { t.states.revocation_rows[c.jti].jti = c.jti; }},
      {"another_token_revoked", Liveness::alive,
       [](auto& t, Claims&) { t.states.revocation_rows[TokenId("00other")] = {}; }},
      {"revocation_quarantined", Liveness::quarantined,
       [](auto& t, Claims&) { t.states.quarantined_streams.insert("00/revocation/00abc"); }},

      {"expires_in_a_second", Liveness::alive,
       [](auto&, Claims& c) { c.expires_at = seconds_of(TokenFixture::now) + 1; }},
      {"expires_now", Liveness::expired,
       [](auto&, Claims& c) { c.expires_at = seconds_of(TokenFixture::now); }},
      {"issued_a_minute_ahead", Liveness::alive,
       [](auto&, Claims& c) { c.issued_at = seconds_of(TokenFixture::now) + 60; }},
      {"issued_further_ahead", Liveness::not_yet_valid,
       [](auto&, Claims& c) { c.issued_at = seconds_of(TokenFixture::now) + 61; }},
  };
  return all;
}

class EveryCondition : public testing::TestWithParam<Case> {};
INSTANTIATE_TEST_SUITE_P(Liveness, EveryCondition, testing::ValuesIn(cases()),
                         [](const auto& info) { return std::string(info.param.name); });

TEST_P(EveryCondition, OfAJwt) {
  TokenFixture t;
  AccessTokenClaims claims = t.claims();
  GetParam().change(t, claims);
  const auto token = t.verification().verify(t.jwt(claims));
  ASSERT_TRUE(token.has_value());
  EXPECT_EQ(liveness_name(alive(gather(*token, t.states), TokenFixture::now)),
            liveness_name(GetParam().expected));
  // What may be issued is what would be alive.
  EXPECT_EQ(alive(gather_for_issuing(claims, t.kid, t.states), TokenFixture::now),
            GetParam().expected);
}

TEST_P(EveryCondition, OfAnOpaqueToken) {
  TokenFixture t;
  AccessTokenClaims claims = t.claims();
  GetParam().change(t, claims);
  const auto tokens = t.opaque();
  const auto token = tokens->open(tokens->seal(claims));
  ASSERT_TRUE(token.has_value());
  const Liveness expected = GetParam().jwt_only ? Liveness::alive : GetParam().expected;
  EXPECT_EQ(liveness_name(alive(gather(*token, t.states), TokenFixture::now)),
            liveness_name(expected));
  EXPECT_EQ(alive(gather_for_issuing(claims, KeyId(), t.states), TokenFixture::now), expected);
}

TEST(LivenessOfAnOpaqueToken, NeedsTheFleetKeyThatTheSystemNames) {
  TokenFixture t;
  const auto tokens = t.opaque();
  const auto token = tokens->open(tokens->seal(t.claims()));
  t.states.system_row->fleet_key_id = 2;
  EXPECT_EQ(alive(gather(*token, t.states), TokenFixture::now), Liveness::key_unknown);
  t.states.system_row.reset();
  EXPECT_EQ(alive(gather(*token, t.states), TokenFixture::now), Liveness::key_unknown);
}

TEST(LivenessOfAnOpaqueToken, FailsClosedWhenTheSystemStreamIsQuarantined) {
  TokenFixture t;
  const auto tokens = t.opaque();
  const auto token = tokens->open(tokens->seal(t.claims()));
  t.states.quarantined_streams.insert("system");
  EXPECT_EQ(alive(gather(*token, t.states), TokenFixture::now), Liveness::quarantined);
}

TEST(LivenessBehind, AbsenceMayAlwaysBeALaggingView) {
  TokenFixture t;
  t.states.application_rows.clear();
  const LivenessFacts facts = gather_for_issuing(t.claims(), t.kid, t.states);
  EXPECT_TRUE(may_be_behind(alive(facts, TokenFixture::now), facts));
}

TEST(LivenessBehind, StandingsMayBeBehindOnlyWhenTheTokenIsNewerThanTheView) {
  TokenFixture t;
  application(t).standing = Standing::inactive;
  t.states.ordinal = t.claims().v;
  const LivenessFacts level = gather_for_issuing(t.claims(), t.kid, t.states);
  EXPECT_FALSE(may_be_behind(alive(level, TokenFixture::now), level));
  t.states.ordinal = t.claims().v - 1;
  const LivenessFacts behind = gather_for_issuing(t.claims(), t.kid, t.states);
  EXPECT_TRUE(may_be_behind(alive(behind, TokenFixture::now), behind));
}

TEST(LivenessBehind, TimeAndRevocationAreFinal) {
  TokenFixture t;
  t.states.ordinal = 0;
  const LivenessFacts facts = gather_for_issuing(t.claims(), t.kid, t.states);
  for (const auto final :
       {Liveness::alive, Liveness::expired, Liveness::not_yet_valid, Liveness::token_revoked})
    EXPECT_FALSE(may_be_behind(final, facts));
}

TEST(LivenessFactsOfAToken, ShowTheRowsThatWereRead) {
  TokenFixture t;
  const LivenessFacts facts = gather_for_issuing(t.claims(), t.kid, t.states);
  EXPECT_EQ(facts.application()->id, ClientId("srv_1"));
  EXPECT_EQ(facts.api()->id, ApiId("api_1"));
  EXPECT_EQ(facts.position(), 100U);
  EXPECT_EQ(facts.v(), 50U);
}

TEST(MayAuthenticate, OnlyAnActiveApplicationThatIsNotQuarantined) {
  TokenFixture t;
  const ClientId id("srv_1");
  EXPECT_EQ(may_authenticate(id, t.states).liveness, Liveness::alive);
  EXPECT_EQ(may_authenticate(ClientId("srv_2"), t.states).liveness, Liveness::application_unknown);
  EXPECT_EQ(may_authenticate(ClientId("srv_2"), t.states).application, nullptr);
  application(t).standing = Standing::inactive;
  EXPECT_EQ(may_authenticate(id, t.states).liveness, Liveness::application_inactive);
  EXPECT_NE(may_authenticate(id, t.states).application, nullptr);
  application(t).standing = Standing::deleted;
  EXPECT_EQ(may_authenticate(id, t.states).liveness, Liveness::application_deleted);
  application(t).standing = Standing::active;
  t.states.quarantined_streams.insert("application/srv_1");
  EXPECT_EQ(may_authenticate(id, t.states).liveness, Liveness::quarantined);
}

}  // namespace
}  // namespace optare
