#include "api/errors.h"

#include <gtest/gtest.h>

#include <set>

#include "api/http/json_body.h"
#include "api/server/refusals.h"

namespace optare {
namespace {

boost::json::object body_of(const Response& response) {
  return parse_json(response.body)->as_object();
}

TEST(ErrorTable, HasOneRowForEachCode) {
  for (std::size_t i = 0; i < error_table().size(); ++i) {
    EXPECT_EQ(static_cast<std::size_t>(std::to_underlying(error_table()[i].code)), i);
  }
  EXPECT_EQ(error_table().back().code, Code::internal) << "the last of the enum";
  EXPECT_EQ(error_row(Code::internal).status, 500);
}

TEST(ErrorTable, HasUniqueKebabCaseSlugsAndKnownStatuses) {
  std::set<std::string_view> slugs;
  for (const ErrorRow& row : error_table()) {
    EXPECT_TRUE(slugs.insert(row.slug).second) << row.slug;
    EXPECT_EQ(row.slug.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-"), row.slug.npos);
    EXPECT_NE(reason_phrase(row.status), "") << row.slug;
    EXPECT_FALSE(row.title.empty()) << row.slug;
    EXPECT_FALSE(row.oauth.empty()) << row.slug;
  }
}

// RFC 9457 section 3.
TEST(ProblemResponse, NamesTypeTitleStatusDetailAndMember) {
  Request request;
  request.request_id = "r1";
  const Response response = problem_response({Code::invalid, "is too long", "/name"}, request);
  EXPECT_EQ(response.status, 400);
  EXPECT_EQ(response.header("Content-Type"), "application/problem+json");
  EXPECT_EQ(body_of(response), parse_json(R"({"type":"urn:optare:problem:invalid",
                           "title":"A member of the request breaks a rule","status":400,
                           "detail":"is too long","request_id":"r1",
                           "errors":[{"pointer":"/name","detail":"is too long"}]})")
                                   ->as_object());
}

TEST(ProblemResponse, SaysWhenToTryAgain) {
  EXPECT_EQ(problem_response({Code::not_fresh, "", ""}, Request{}).header("Retry-After"), "1");
  EXPECT_EQ(problem_response({Code::conflict, "", ""}, Request{}).header("Retry-After"), "");
}

// RFC 6749 section 5.2.
TEST(OAuthErrorResponse, IsJsonThatNobodyStores) {
  const Response response = oauth_error_response({Code::invalid_scope, "unknown", ""}, true);
  EXPECT_EQ(response.status, 400);
  EXPECT_EQ(response.header("Content-Type"), "application/json");
  EXPECT_EQ(response.header("Cache-Control"), "no-store");
  EXPECT_EQ(response.header("Pragma"), "no-cache");
  EXPECT_EQ(response.header("WWW-Authenticate"), "");
  EXPECT_EQ(body_of(response)["error"], "invalid_scope");
  EXPECT_EQ(body_of(response)["error_description"], "unknown");
}

TEST(OAuthErrorResponse, ChallengesAClientThatUsedTheAuthorizationHeader) {
  const Rejection rejection{Code::invalid_client, "no", ""};
  const Response basic = oauth_error_response(rejection, true);
  EXPECT_EQ(basic.status, 401);
  EXPECT_TRUE(basic.header("WWW-Authenticate").starts_with("Basic realm="));
  const Response post = oauth_error_response(rejection, false);
  EXPECT_EQ(post.status, 400);
  EXPECT_EQ(post.header("WWW-Authenticate"), "");
  Request request;
  request.headers = {{"authorization", "Basic x"}};
  EXPECT_EQ(oauth_error_response(rejection, request).status, 401);
}

TEST(OAuthErrorResponse, KeepsDescriptionsToTheAllowedCharacters) {
  const Response response =
      oauth_error_response({Code::invalid_request, "a \"b\" \\ \xC3\xA9\n", ""}, false);
  EXPECT_EQ(body_of(response)["error_description"], "a 'b' ? ???");
}

TEST(OAuthErrorResponse, IsNotTheClientsFaultWhenTheServiceFails) {
  for (const Code code :
       {Code::unavailable, Code::overloaded, Code::not_fresh, Code::outcome_unknown}) {
    const Response response = oauth_error_response({code, "", ""}, true);
    EXPECT_EQ(response.status, 503);
    EXPECT_EQ(response.header("Retry-After"), "1");
  }
  const Response slowed = oauth_error_response({Code::too_many_requests, "", ""}, true);
  EXPECT_EQ(slowed.status, 429);
  EXPECT_EQ(slowed.header("Retry-After"), "1");
  EXPECT_EQ(oauth_error_response({Code::internal, "", ""}, true).status, 500);
}

TEST(OAuthErrorResponse, SaysWhatTheServerRefusesItself) {
  const Response large = oauth_error_response(refusals::body_too_large, Request{});
  EXPECT_EQ(large.status, 413);
  EXPECT_EQ(body_of(large)["error"], "invalid_request");
  EXPECT_EQ(body_of(large)["error_description"].as_string(), refusals::body_too_large.detail);
  EXPECT_EQ(large.header("Cache-Control"), "no-store");
  EXPECT_EQ(large.header("Retry-After"), "");
  for (const Refusal& passing : {refusals::overloaded, refusals::failed}) {
    const Response busy = oauth_error_response(passing, Request{});
    EXPECT_EQ(busy.status, 503);
    EXPECT_EQ(body_of(busy)["error"], "temporarily_unavailable");
    EXPECT_EQ(busy.header("Retry-After"), "1");
  }
}

// RFC 6750 section 3: no error code when the request carried no credentials at all.
TEST(BearerErrorResponse, SaysNoErrorWordWithoutAToken) {
  const Response response = bearer_error_response({Code::unauthenticated, "", ""}, Request{});
  EXPECT_EQ(response.status, 401);
  EXPECT_EQ(response.header("WWW-Authenticate"), "Bearer realm=\"optare\"");
  EXPECT_EQ(response.header("Content-Type"), "application/problem+json");
}

// RFC 6750 section 3.1.
TEST(BearerErrorResponse, SaysInvalidTokenOrInsufficientScope) {
  Request request;
  request.headers = {{"Authorization", "bearer x"}};
  EXPECT_EQ(
      bearer_error_response({Code::unauthenticated, "", ""}, request).header("WWW-Authenticate"),
      "Bearer realm=\"optare\", error=\"invalid_token\"");
  const Response scope =
      bearer_error_response({Code::insufficient_scope, "", ""}, request, "read:apis");
  EXPECT_EQ(scope.status, 403);
  EXPECT_EQ(scope.header("WWW-Authenticate"),
            "Bearer realm=\"optare\", error=\"insufficient_scope\", scope=\"read:apis\"");
  EXPECT_EQ(bearer_error_response({Code::conflict, "", ""}, request).header("WWW-Authenticate"),
            "");
}

}  // namespace
}  // namespace optare
