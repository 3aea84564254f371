#include "api/http/route_table.h"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

#include "api/errors.h"

namespace optare {
namespace {

Handler say(std::string text) {
  return [text](const Request& request) -> Task<Result<Response>> {
    std::string body = text;
    for (const auto& [name, value] : request.parameters) body += '|' + value;
    co_return text_response(200, "text/plain", body);
  };
}

class Routes : public ::testing::Test {
 protected:
  RouteTable table{
      {{Method::get, "/apps", say("list")},
       {Method::post, "/apps", say("create")},
       {Method::get, "/apps/{id}", say("show")},
       {Method::get, "/apps/special", say("special")},
       {Method::delete_, "/apps/{id}/secrets/{secret}", say("revoke")},
       {Method::get, "/.well-known/oauth", say("metadata")},
       {Method::get, "/refuse",
        [](const Request&) -> Task<Result<Response>> { co_return reject(Code::conflict, "no"); }},
       {Method::get, "/refuse/oauth",
        [](const Request&) -> Task<Result<Response>> {
          co_return reject(Code::invalid_scope, "no");
        },
        [](const Rejection& rejection, const Request&) {
          return oauth_error_response(rejection, false);
        }}},
      [](const Rejection& rejection, const Request& request) {
        return problem_response(rejection, request);
      }};
  std::string route;

  Response ask(Method method, std::string path) {
    boost::asio::io_context io;
    Request request;
    request.method = method;
    request.path = std::move(path);
    auto answer = boost::asio::co_spawn(io, table.dispatch(request), boost::asio::use_future);
    io.run();
    route = request.route;
    return answer.get();
  }
};

TEST_F(Routes, MatchLiteralsBeforeParameters) {
  EXPECT_EQ(ask(Method::get, "/apps").body, "list");
  EXPECT_EQ(ask(Method::post, "/apps").body, "create");
  EXPECT_EQ(ask(Method::get, "/apps/special").body, "special");
  EXPECT_EQ(ask(Method::get, "/apps/sp%65cial").body, "special");
  EXPECT_EQ(ask(Method::get, "/apps/x").body, "show|x");
  EXPECT_EQ(route, "/apps/{id}");
  EXPECT_EQ(ask(Method::delete_, "/apps/x/secrets/y").body, "revoke|x|y");
  EXPECT_EQ(ask(Method::get, "/.well-known/oauth").body, "metadata");
}

TEST_F(Routes, DecodeSegmentsAfterSplitting) {
  EXPECT_EQ(ask(Method::get, "/apps/a%2Fb%20%C3%A9+").body, "show|a/b \xC3\xA9+");
}

TEST_F(Routes, ForgiveNothing) {
  for (const char* path :
       {"/", "/apps/", "//apps", "/apps//", "/APPS", "/apps/x/", "/apps/./x", "/apps/../apps",
        "/x/../apps", "/%2e%2e/apps", "/apps/.", "/apps/..", "/apps/%2E%2E", "/apps/x/secrets/",
        "/apps/x/secrets/..", "/a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p/q/r/s/t"}) {
    EXPECT_EQ(ask(Method::get, path).status, 404) << path;
    EXPECT_EQ(route, "") << path;
  }
}

TEST_F(Routes, RefuseSegmentsThatAreNotText) {
  for (const char* path : {"/apps/%", "/apps/%4", "/apps/%zz", "/apps/%00", "/apps/%0d%0a",
                           "/apps/%ff", "/apps/%c0%ae"}) {
    EXPECT_EQ(ask(Method::get, path).status, 400) << path;
  }
}

TEST_F(Routes, SayWhichMethodsAPathAnswers) {
  const Response response = ask(Method::delete_, "/apps");
  EXPECT_EQ(response.status, 405);
  EXPECT_EQ(response.header("Allow"), "GET, HEAD, POST");
  EXPECT_EQ(route, "/apps") << "the label of the metric is known";
  EXPECT_EQ(ask(Method::other, "/apps").status, 405);
}

TEST_F(Routes, AnswerHeadLikeGet) {
  EXPECT_EQ(ask(Method::head, "/apps").body, "list");
  EXPECT_EQ(ask(Method::head, "/apps/x/secrets/y").status, 405);
}

TEST_F(Routes, SpeakARejectionAsTheRouteSays) {
  EXPECT_EQ(ask(Method::get, "/refuse").header("Content-Type"), "application/problem+json");
  EXPECT_EQ(ask(Method::get, "/refuse").status, 409);
  EXPECT_NE(ask(Method::get, "/refuse/oauth").body.find("\"error\":\"invalid_scope\""),
            std::string::npos);
}

}  // namespace
}  // namespace optare
