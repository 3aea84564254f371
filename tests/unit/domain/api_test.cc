#include "core/api/api.h"

#include <gtest/gtest.h>

#include "core/base/row_codec.h"
#include "tests/support/facts.h"

namespace optare {
namespace {

using namespace facts;

Result<Api> fold(const std::vector<Fact>& history) {
  Api state;
  std::uint64_t i = 0;
  for (const Fact& fact : history) {
    ++i;
    auto next = evolve(std::move(state), *narrow<ApiEvent>(fact.event),
                       {fact.stream, 10 * i, i, start + std::chrono::hours(i)});
    if (!next) return next;
    state = *std::move(next);
  }
  return state;
}

Fact updated(std::vector<std::string> scopes, std::size_t descriptions) {
  return of_api("api_x", ApiUpdated{.name = "New",
                                    .scope_names = std::move(scopes),
                                    .scope_descriptions = std::vector<std::string>(descriptions),
                                    .token_lifetime_ms = 60'000,
                                    .token_format = TokenFormat::opaque});
}
const Fact registration = registered("api_x", "https://api.example.com", {"read", "write"});

TEST(Api, IsWhatItsRegistrationSays) {
  const auto api = fold({registration});
  ASSERT_TRUE(api);
  EXPECT_EQ(api->id, ApiId("api_x"));
  EXPECT_EQ(api->identifier, "https://api.example.com");
  EXPECT_EQ(api->token_lifetime, std::chrono::hours(1));
  EXPECT_EQ(api->standing_ordinal, 10U);
  EXPECT_TRUE(api->has_scope("write"));
  EXPECT_FALSE(api->has_scope("admin"));
}

TEST(Api, StandingMovesOnlyWhenAScopeGoes) {
  EXPECT_EQ(fold({registration, updated({"write", "read", "more"}, 3)})->standing_ordinal, 10U);
  EXPECT_EQ(fold({registration, updated({"read"}, 1)})->standing_ordinal, 20U);
  EXPECT_EQ(fold({registration, updated({"read", "other"}, 2)})->standing_ordinal, 20U);
  const auto gone = fold({registration, api_deleted("api_x")});
  EXPECT_EQ(gone->standing_ordinal, 20U);
  EXPECT_FALSE(gone->exists());
  EXPECT_EQ(gone->deleted_at, start + std::chrono::hours(2));
}

TEST(Api, KeepsIntrospectorsSorted) {
  const auto api = fold({registration, introspector_allowed("api_x", "srv_b"),
                         introspector_allowed("api_x", "srv_a")});
  ASSERT_TRUE(api);
  EXPECT_EQ(api->introspectors, (std::vector{ClientId("srv_a"), ClientId("srv_b")}));
  EXPECT_EQ(api->standing_ordinal, 10U);
}

TEST(Api, RefusesEventsThatCannotFollow) {
  const Fact removed = of_api("api_x", IntrospectorRemoved{.client_id = "srv_a"});
  const std::vector<std::vector<Fact>> histories{
      {updated({}, 0)},
      {api_deleted("api_x")},
      {introspector_allowed("api_x", "srv_a")},
      {removed},
      {registration, registration},
      {registration, removed},
      {registration, introspector_allowed("api_x", "srv_a"),
       introspector_allowed("api_x", "srv_a")},
      {registration, updated({"read"}, 2)},
      {registration, api_deleted("api_x"), updated({}, 0)},
      {{"elsewhere/api_x", registration.event}},
  };
  for (std::size_t i = 0; i < histories.size(); ++i) {
    const auto api = fold(histories[i]);
    ASSERT_FALSE(api) << "history " << i;
    EXPECT_EQ(api.error().code, Code::internal);
  }
}

TEST(Api, ComesBackFromItsRow) {
  const auto api =
      fold({registration, introspector_allowed("api_x", "srv_b"), updated({"read"}, 1)});
  ASSERT_TRUE(api);
  EXPECT_EQ(decode_row<Api>(encode_row(*api)), *api);
}

TEST(Api, IdentifierStreamNamesTheIdentifiersDigest) {
  EXPECT_EQ(api_identifier_stream("abc"),
            "api-identifier/ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

struct IdentifierRow {
  std::string text;
  bool legal;
};

TEST(ApiRules, IdentifierIsAnAbsoluteUriWithoutFragment) {
  const std::vector<IdentifierRow> rows{
      {"https://api.myapp.com", true},
      {"https://api.myapp.com/v1?x=1", true},
      {"urn:example:products", true},
      {"", false},
      {"api.myapp.com", false},
      {"/v1", false},
      {"//api.myapp.com", false},
      {"https://api.myapp.com/#a", false},
      {"https://api.myapp.com/a b", false},
      {"https://api.myapp.com/\xc3\xa4", false},
      {"https://api.myapp.com/" + std::string(api_identifier_bytes_max - 22, 'a'), true},
      {"https://api.myapp.com/" + std::string(api_identifier_bytes_max - 21, 'a'), false},
  };
  for (const auto& [text, legal] : rows) {
    const auto valid = validate_identifier(text);
    EXPECT_EQ(valid.has_value(), legal) << text;
    if (!valid) EXPECT_EQ(valid.error().pointer, "/identifier");
  }
}

TEST(ApiRules, ScopesAreScopeTokensEachOnceWithinTheLimits) {
  const auto pointer = [](const std::vector<ApiScope>& scopes) {
    const auto valid = validate_scopes(scopes);
    return valid ? "" : valid.error().pointer;
  };
  EXPECT_EQ(pointer({}), "");
  EXPECT_EQ(pointer({{"read:products", "See products"}, {"admin/all", ""}}), "");
  EXPECT_EQ(pointer({{"", ""}}), "/scopes/0/name");
  EXPECT_EQ(pointer({{"ok", ""}, {"two words", ""}}), "/scopes/1/name");
  EXPECT_EQ(pointer({{"quote\"", ""}}), "/scopes/0/name");
  EXPECT_EQ(pointer({{"back\\slash", ""}}), "/scopes/0/name");
  EXPECT_EQ(pointer({{"\xc3\xa4", ""}}), "/scopes/0/name");
  EXPECT_EQ(pointer({{"read", ""}, {"read", "again"}}), "/scopes/1/name");
  EXPECT_EQ(pointer({{std::string(scope_name_bytes_max, 'a'),
                      std::string(scope_description_bytes_max, 'a')}}),
            "");
  EXPECT_EQ(pointer({{std::string(scope_name_bytes_max + 1, 'a'), ""}}), "/scopes/0/name");
  EXPECT_EQ(pointer({{"a", std::string(scope_description_bytes_max + 1, 'a')}}),
            "/scopes/0/description");
  EXPECT_EQ(pointer({{"a", "\xff"}}), "/scopes/0/description");
  EXPECT_EQ(pointer({{"a", "line\nbreak"}}), "/scopes/0/description");
  std::vector<ApiScope> many;
  for (std::size_t i = 0; i < api_scopes_max; ++i) many.push_back({"s" + std::to_string(i), ""});
  EXPECT_EQ(pointer(many), "");
  many.push_back({"one_more", ""});
  EXPECT_EQ(pointer(many), "/scopes");
}

TEST(ApiRules, TokensLiveAMinuteToADay) {
  EXPECT_TRUE(validate_token_lifetime(std::chrono::seconds(60)));
  EXPECT_TRUE(validate_token_lifetime(std::chrono::seconds(86'400)));
  EXPECT_FALSE(validate_token_lifetime(std::chrono::seconds(60) - Duration(1)));
  EXPECT_FALSE(validate_token_lifetime(std::chrono::seconds(86'401)));
  EXPECT_FALSE(validate_token_lifetime(Duration(-1)));
}

}  // namespace
}  // namespace optare
