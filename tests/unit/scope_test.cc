#include "core/oauth/scope.h"

#include <gtest/gtest.h>

#include "core/oauth/token_request.h"

namespace optare {
namespace {

ScopeSet set(std::string_view text) { return *ScopeSet::parse(text); }

// RFC 6749 section 3.3: scope-token = 1*( %x21 / %x23-5B / %x5D-7E ).
TEST(ScopeName, HasTheCharactersOfRfc6749) {
  for (int c = 0; c < 256; ++c) {
    const bool legal = c == 0x21 || (c >= 0x23 && c <= 0x5B) || (c >= 0x5D && c <= 0x7E);
    EXPECT_EQ(is_scope_name(std::string(1, static_cast<char>(c))), legal) << c;
  }
}

TEST(ScopeName, HasOneTo64Bytes) {
  EXPECT_FALSE(is_scope_name(""));
  EXPECT_TRUE(is_scope_name(std::string(64, 'a')));
  EXPECT_FALSE(is_scope_name(std::string(65, 'a')));
}

TEST(ScopeSet, IsSortedAndHasNoDuplicates) {
  EXPECT_EQ(set("write read write").text(), "read write");
  EXPECT_EQ(set("read write"), set("write read"));
}

TEST(ScopeSet, RefusesWhatIsNotAListOfNames) {
  for (const std::string& text :
       {std::string(), std::string(" "), std::string(" a"), std::string("a "), std::string("a  b"),
        std::string("a\tb"), std::string("a\nb"), std::string("a\"b"), std::string("a\\b"),
        std::string("a\0b", 3), std::string("\xc3\xa9")}) {
    const auto parsed = ScopeSet::parse(text);
    ASSERT_FALSE(parsed.has_value()) << text;
    EXPECT_EQ(parsed.error().code, Code::invalid_scope);
  }
}

TEST(ScopeSet, Has100NamesAtMost) {
  std::string text = "s0";
  for (int i = 1; i < 100; ++i) text += " s" + std::to_string(i);
  EXPECT_EQ(set(text).names().size(), 100U);
  EXPECT_EQ(ScopeSet::parse(text + " s100").error().code, Code::invalid_scope);
}

TEST(ScopeSet, Has4096BytesAtMost) {
  std::string text(64, 'a');
  while (text.size() < 4096)
    text += ' ' + std::string(std::min<std::size_t>(64, 4096 - text.size() - 1), 'a');
  ASSERT_EQ(text.size(), scope_bytes_max);
  EXPECT_TRUE(ScopeSet::parse(text).has_value());
  EXPECT_FALSE(ScopeSet::parse(text + "a").has_value());
}

class SelectScopes : public testing::Test {
 protected:
  SelectScopes() {
    api.scopes = {{"write", ""}, {"read", ""}, {"never-granted", ""}};
    grant.scopes = {"read", "removed-since", "write"};
  }
  Result<std::string> select(std::optional<std::string_view> requested) const {
    return select_scopes(requested, grant, api);
  }
  Api api;
  ApiGrant grant;
};

TEST_F(SelectScopes, GivesAllThatTheGrantStillHasWhenNoneIsRequested) {
  EXPECT_EQ(*select(std::nullopt), "read write");
  EXPECT_EQ(*select(""), "read write");
}

TEST_F(SelectScopes, GivesWhatIsRequested) { EXPECT_EQ(*select("write"), "write"); }

TEST_F(SelectScopes, RefusesWhatTheGrantDoesNotHave) {
  for (const char* requested :
       {"never-granted", "removed-since", "unknown", "read unknown", "READ", "read  write"})
    EXPECT_EQ(select(requested).error().code, Code::invalid_scope) << requested;
}

TEST_F(SelectScopes, MayGiveNone) {
  grant.scopes.clear();
  EXPECT_EQ(*select(std::nullopt), "");
}

}  // namespace
}  // namespace optare
