// What the server refuses before any endpoint is asked is spoken as the endpoint would have.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/server_process.h"

namespace optare {
namespace {

using testing::HasSubstr;

HttpResponse too_much(const ServerProcess& server, const std::string& target) {
  return server.send("POST", target, {{"Content-Type", "application/x-www-form-urlencoded"}},
                     "token=" + std::string(64 * 1024, 'x'));
}

// RFC 6749 section 5.2, to which RFC 7009 section 2.2.1 and RFC 7662 section 2.3 refer.
TEST(ServerRefusals, OfOAuthEndpointsAreOAuthErrors) {
  ServerProcess server;
  server.start();
  for (const std::string target :
       {"/oauth2/token", "/oauth2/introspect", "/oauth2/revoke", "/oauth2/%74oken?x"}) {
    const HttpResponse refused = too_much(server, target);
    EXPECT_EQ(refused.status, 413) << target;
    EXPECT_EQ(refused.header("Content-Type"), "application/json") << target;
    EXPECT_EQ(refused.header("Cache-Control"), "no-store") << target;
    EXPECT_EQ(json_member(refused.body, "error"), "invalid_request") << refused.body;
    EXPECT_THAT(json_member(refused.body, "error_description"), HasSubstr("64 KiB")) << target;
  }
}

TEST(ServerRefusals, OfEverythingElseAreProblems) {
  ServerProcess server;
  server.start();
  for (const std::string target : {"/api/v1/applications", "/oauth2/jwks", "/oauth2", "/nothing"}) {
    const HttpResponse refused = too_much(server, target);
    EXPECT_EQ(refused.status, 413) << target;
    EXPECT_EQ(refused.header("Content-Type"), "application/problem+json") << target;
    EXPECT_EQ(json_member(refused.body, "type"), "urn:optare:problem:too-large") << refused.body;
  }
}

}  // namespace
}  // namespace optare
