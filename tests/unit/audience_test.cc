#include "core/oauth/audience.h"

#include <gtest/gtest.h>

#include "core/api/api.h"
#include "tests/support/table_states.h"

namespace optare {
namespace {

TEST(ApiIdentifier, IsAnAbsoluteUriWithoutFragment) {
  for (const char* good :
       {"https://api.example.com", "https://api.example.com/v1?x=1", "http://localhost:8080/",
        "urn:example:orders", "tag:example.com,2026:api", "api://orders"})
    EXPECT_TRUE(validate_identifier(good).has_value()) << good;
  for (const char* bad :
       {"", "orders", "/orders", "//api.example.com", "https:", "https://", "https:///path",
        "urn:", "https://api.example.com/#part", "https://api.example.com/#",
        "https://user@api.example.com/", "https://api.example.com/a b",
        "https://api.example.com/\n", "https://api.example.com/%zz", "https://api.example.com/\\",
        "https://api.example.com/\"", "1https://api.example.com", "https://exampl\xc3\xa9.com/"}) {
    const auto checked = validate_identifier(bad);
    ASSERT_FALSE(checked.has_value()) << bad;
    EXPECT_EQ(checked.error().code, Code::invalid);
    EXPECT_EQ(checked.error().pointer, "/identifier");
  }
}

TEST(ApiIdentifier, Has2048BytesAtMost) {
  std::string longest = "https://api.example.com/";
  longest.append(2048 - longest.size(), 'a');
  EXPECT_TRUE(validate_identifier(longest).has_value());
  EXPECT_FALSE(validate_identifier(longest + "a").has_value());
}

TEST(NamedIdentifier, IsTheOneThatTheRequestNames) {
  EXPECT_EQ(*named_identifier({}), std::nullopt);
  EXPECT_EQ(*named_identifier({.audience = "a", .resources = {}}), "a");
  EXPECT_EQ(*named_identifier({.audience = {}, .resources = {"a"}}), "a");
  EXPECT_EQ(*named_identifier({.audience = "a", .resources = {"a", "a"}}), "a");
}

TEST(NamedIdentifier, AnEmptyValueCountsAsAbsent) {
  EXPECT_EQ(*named_identifier({.audience = "", .resources = {""}}), std::nullopt);
  EXPECT_EQ(*named_identifier({.audience = "", .resources = {"", "a"}}), "a");
}

TEST(NamedIdentifier, RefusesTwo) {
  EXPECT_EQ(named_identifier({.audience = {}, .resources = {"a", "b"}}).error().code,
            Code::invalid_target);
  EXPECT_EQ(named_identifier({.audience = "a", .resources = {"b"}}).error().code,
            Code::invalid_target);
}

class TargetOf : public testing::Test {
 protected:
  TargetOf() {
    add("api_orders", "urn:orders", Standing::active, true);
    add("api_foreign", "urn:foreign", Standing::active, false);
    add("api_deleted", "urn:deleted", Standing::deleted, true);
  }
  void add(const char* id, const char* identifier, Standing standing, bool granted) {
    Api api;
    api.id = ApiId(id);
    api.identifier = identifier;
    api.standing = standing;
    states.api_rows[api.id] = api;
    if (!granted) return;
    application.grants.push_back({.api = api.id, .scopes = {}, .granted_at = {}, .standing = 1});
    std::ranges::sort(application.grants, {}, &ApiGrant::api);
  }
  Result<GrantedApi> target(std::optional<std::string_view> audience) const {
    return target_of({.audience = audience, .resources = {}}, application, states);
  }
  TableStates states;
  Application application;
};

TEST_F(TargetOf, IsTheOneNamed) { EXPECT_EQ(target("urn:orders")->api->id, ApiId("api_orders")); }

TEST_F(TargetOf, IsTheOnlyLivingGrantWhenNoneIsNamed) {
  EXPECT_EQ(target(std::nullopt)->grant->api, ApiId("api_orders"));
}

TEST_F(TargetOf, MustBeNamedAmongSeveral) {
  add("api_second", "urn:second", Standing::active, true);
  EXPECT_EQ(target(std::nullopt).error().code, Code::invalid_target);
  EXPECT_EQ(target("urn:second")->api->id, ApiId("api_second"));
}

TEST_F(TargetOf, AnswersAlikeForUnknownDeletedAndNotGranted) {
  const Rejection unknown = target("urn:unknown").error();
  EXPECT_EQ(unknown.code, Code::invalid_target);
  EXPECT_EQ(target("urn:foreign").error(), unknown);
  EXPECT_EQ(target("urn:deleted").error(), unknown);
  EXPECT_EQ(target("URN:orders").error(), unknown) << "compared byte for byte";
}

TEST_F(TargetOf, IsNothingWithoutGrants) {
  application.grants.clear();
  EXPECT_EQ(target(std::nullopt).error().code, Code::invalid_target);
}

TEST_F(TargetOf, AnIdentifierRegisteredAgainIsAnotherApi) {
  add("api_deleted_2", "urn:deleted", Standing::active, false);
  EXPECT_EQ(target("urn:deleted").error().code, Code::invalid_target);
}

}  // namespace
}  // namespace optare
