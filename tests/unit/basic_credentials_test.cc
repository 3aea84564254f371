#include "core/oauth/basic_credentials.h"

#include <gtest/gtest.h>

#include "core/base/encoding.h"
#include "core/oauth/client_secret.h"

namespace optare {
namespace {

std::string basic(std::string_view pair) { return "Basic " + base64(bytes_of(pair)); }

TEST(BasicCredentials, AreReadAndFormDecoded) {
  const auto plain = parse_basic_credentials(basic("srv_1:sk_abc"));
  EXPECT_EQ(plain->client_id, ClientId("srv_1"));
  EXPECT_EQ(plain->secret.reveal(), "sk_abc");
  EXPECT_EQ(parse_basic_credentials(basic("srv%5F1:a+b%3a%25%C3%A9"))->secret.reveal(),
            "a b:%\xc3\xa9");
  EXPECT_EQ(parse_basic_credentials(basic("srv%5F1:x"))->client_id, ClientId("srv_1"));
  EXPECT_EQ(parse_basic_credentials(basic("srv_1:a:b"))->secret.reveal(), "a:b")
      << "the first colon parts them";
}

TEST(BasicCredentials, SchemeIsInAnyCase) {
  const std::string rest = base64(bytes_of("srv_1:x"));
  for (const char* scheme : {"Basic ", "basic ", "BASIC ", "Basic   "})
    EXPECT_TRUE(parse_basic_credentials(scheme + rest).has_value()) << scheme;
  for (const char* scheme : {"Bearer ", "Basic", "Basic\t", " Basic ", ""})
    EXPECT_FALSE(parse_basic_credentials(scheme + rest).has_value()) << scheme;
}

TEST(BasicCredentials, RefuseWhatIsMalformed) {
  for (const std::string& header :
       {std::string(), std::string("Basic"), std::string("Basic "), std::string("Basic !!!!"),
        std::string("Basic c3J2XzE6eA"), basic("srv_1:x") + " ", basic("srv_1:x") + "=",
        basic("no colon"), basic(":secret"), basic("srv_1:"), basic("srv 1:x"), basic("srv+1:x"),
        basic("srv_1%00:x"), basic("srv_1:%"), basic("srv_1:%4"), basic("srv_1:%zz"),
        basic("srv_1:x%"), basic("srv\n1:x"), basic("../x:y")}) {
    const auto parsed = parse_basic_credentials(header);
    ASSERT_FALSE(parsed.has_value()) << header;
    EXPECT_EQ(parsed.error().code, Code::invalid_client);
  }
}

TEST(BasicCredentials, RefusalsNeverRepeatWhatWasSent) {
  for (const std::string& pair :
       {std::string("canary canary:canary"), std::string("canary"), std::string("srv_1:canary%")})
    EXPECT_FALSE(parse_basic_credentials(basic(pair)).error().detail.contains("canary")) << pair;
}

TEST(BasicCredentials, HaveLimits) {
  const std::string secret(client_secret_bytes_max, 's');
  EXPECT_TRUE(parse_basic_credentials(basic("srv_1:" + secret)).has_value());
  EXPECT_FALSE(parse_basic_credentials(basic("srv_1:" + secret + "s")).has_value());
  EXPECT_TRUE(parse_basic_credentials(basic(std::string(64, 'c') + ":x")).has_value());
  EXPECT_FALSE(parse_basic_credentials(basic(std::string(65, 'c') + ":x")).has_value());
  const std::string spaces(basic_header_bytes_max - basic("srv_1:x").size(), ' ');
  const std::string rest = base64(bytes_of("srv_1:x"));
  EXPECT_TRUE(parse_basic_credentials("Basic " + spaces + rest).has_value());
  EXPECT_FALSE(parse_basic_credentials("Basic  " + spaces + rest).has_value());
}

TEST(ClientCredentials, OfAFormHaveTheSameRules) {
  EXPECT_TRUE(check_client_credentials("srv_1", "x").has_value());
  EXPECT_EQ(check_client_credentials("srv 1", "x").error().code, Code::invalid_client);
  EXPECT_FALSE(check_client_credentials("srv_1", "").has_value());
  EXPECT_FALSE(
      check_client_credentials("srv_1", std::string(client_secret_bytes_max + 1, 's')).has_value());
}

}  // namespace
}  // namespace optare
