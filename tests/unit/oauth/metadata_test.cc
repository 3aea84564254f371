#include "api/oauth/metadata.h"

#include <gtest/gtest.h>

#include "tests/support/endpoint_fixture.h"

namespace optare {
namespace {

std::vector<std::string> paths_of(const RouteTable& table) {
  std::vector<std::string> paths;
  for (const Route& route : table.routes()) paths.push_back(route.pattern);
  return paths;
}

TEST(Metadata, StandsWhereBothSpecificationsLookForIt) {
  using Paths = std::vector<std::string>;
  EXPECT_EQ(
      metadata_paths("https://id.example.com"),
      (Paths{"/.well-known/oauth-authorization-server", "/.well-known/openid-configuration"}));
  EXPECT_EQ(
      metadata_paths("https://id.example.com:8443/a/b"),
      (Paths{"/.well-known/oauth-authorization-server/a/b", "/.well-known/openid-configuration/a/b",
             "/a/b/.well-known/openid-configuration"}));
}

TEST(Metadata, IsOneDocument) {
  EndpointFixture t;
  const Response oauth = t.get("/.well-known/oauth-authorization-server");
  const Response oidc = t.get("/.well-known/openid-configuration");
  EXPECT_EQ(oauth.status, 200);
  EXPECT_EQ(oauth.header("Content-Type"), "application/json");
  EXPECT_EQ(oauth.header("Cache-Control"), "public, max-age=3600");
  EXPECT_EQ(oauth.body, oidc.body);
  EXPECT_EQ(oauth.body, metadata_json(facts::issuer));
}

TEST(Metadata, OfAnIssuerWithAPathNamesPlacesThatAnswer) {
  EndpointFixture t("https://id.example.com/tenant");
  const auto paths = paths_of(*t.table);
  for (const auto& [member, value] : parse_json(metadata_json(t.services->issuer))->as_object()) {
    if (!value.is_string() || member == "issuer") continue;
    const std::string url(value.as_string());
    ASSERT_TRUE(url.starts_with("https://id.example.com/tenant/oauth2/")) << url;
    EXPECT_EQ(std::ranges::count(paths, url.substr(sizeof("https://id.example.com") - 1)), 1)
        << url;
  }
  EXPECT_EQ(t.get("/oauth2/jwks").status, 404);
  EXPECT_EQ(t.get("/tenant/oauth2/jwks").status, 200);
}

TEST(Jwks, HoldsThePublishedKeysForAsLongAsTheyMayBeKept) {
  EndpointFixture t;
  t.publish_key("key_1");
  t.publish_key("key_2", SigningAlgorithm::EdDSA, key_activation_delay);
  const auto kids = [&] {
    const Response response = t.get("/oauth2/jwks");
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.header("Cache-Control"), "public, max-age=300");
    std::vector<std::string> ids;
    for (const auto& key : EndpointFixture::body_of(response).at("keys").as_array()) {
      EXPECT_FALSE(key.as_object().contains("d"));
      ids.emplace_back(key.at("kid").as_string());
    }
    return ids;
  };
  EXPECT_EQ(kids(), (std::vector<std::string>{"key_1", "key_2"}));
  t.happened(facts::key_revoked("key_1"));
  EXPECT_EQ(kids(), std::vector<std::string>{"key_2"});
}

}  // namespace
}  // namespace optare
