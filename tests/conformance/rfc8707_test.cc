// RFC 8707, Resource Indicators for OAuth 2.0.
#include "core/api/api.h"
#include "tests/conformance/deployment.h"

namespace optare::conformance {
namespace {

class Rfc8707 : public Deployment {
 protected:
  Rfc8707() { t.happened(facts::granted(cron.id, "api_stock", {"read"})); }
  std::string audience_of(const Response& response) {
    return t.services->tokens.read(text_of(response, "access_token")).value()->claims().audience;
  }
};

TEST_F(Rfc8707, Section2_AResourceIsAnAbsoluteUriWithoutFragment) {
  for (const char* bad : {"orders", "/orders", "//api.example/orders",
                          "https://api.example/orders#", "https://api.example/orders#x", ""}) {
    EXPECT_FALSE(validate_identifier(bad)) << bad;
    if (*bad != '\0') EXPECT_EQ(error_of(t.ask_token(cron, {{"resource", bad}})), "invalid_target");
  }
  EXPECT_TRUE(validate_identifier(orders));
}

TEST_F(Rfc8707, Section2_AnUnknownResourceIsAnInvalidTarget) {
  t.register_api("api_secret", "https://api.example/secret", {"read"});
  const Response unknown = t.ask_token(cron, {{"resource", "https://api.example/none"}});
  const Response not_granted = t.ask_token(cron, {{"resource", "https://api.example/secret"}});
  for (const Response* response : {&unknown, &not_granted}) {
    EXPECT_EQ(response->status, 400);
    EXPECT_EQ(error_of(*response), "invalid_target");
  }
  EXPECT_EQ(unknown.body, not_granted.body);
}

TEST_F(Rfc8707, Section2_TheParameterMayBeRepeated) {
  const Response same = t.ask_token(cron, {{"resource", orders}, {"resource", orders}});
  EXPECT_EQ(audience_of(same), orders);
  // Section 2 allows to refuse more than one: a token is for exactly one API.
  const Response two = t.ask_token(cron, {{"resource", orders}, {"resource", stock}});
  EXPECT_EQ(error_of(two), "invalid_target");
}

TEST_F(Rfc8707, Section2_ResourceAndAudienceNameTheSameApi) {
  EXPECT_EQ(audience_of(t.ask_token(cron, {{"resource", stock}, {"audience", stock}})), stock);
  EXPECT_EQ(error_of(t.ask_token(cron, {{"resource", stock}, {"audience", orders}})),
            "invalid_target");
}

TEST_F(Rfc8707, Section2_2_ATokenForOneApiNeverCarriesAnother) {
  for (const std::string& resource : {orders, stock}) {
    const Response response = t.ask_token(cron, {{"resource", resource}});
    EXPECT_EQ(audience_of(response), resource);
    EXPECT_EQ(text_of(introspect(text_of(response, "access_token"), cron), "aud"), resource);
  }
}

TEST_F(Rfc8707, Section2_2_ScopesAreThoseOfTheResource) {
  EXPECT_EQ(text_of(t.ask_token(cron, {{"resource", stock}}), "scope"), "read");
  EXPECT_EQ(error_of(t.ask_token(cron, {{"resource", stock}, {"scope", "read write"}})),
            "invalid_scope");
}

}  // namespace
}  // namespace optare::conformance
