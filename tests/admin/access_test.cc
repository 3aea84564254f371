// Who may use which route: each one asks for a token of this API, alive, with its scope.
#include <algorithm>

#include "tests/admin/admin_api.h"

namespace optare {
namespace {

class Access : public AdminApi {
 protected:
  // The path of a route with something in the places of its parameters.
  static std::string path_of(const AdminRoute& route) {
    std::string path(route.path);
    for (auto open = path.find('{'); open != std::string::npos; open = path.find('{'))
      path.replace(open, path.find('}') - open + 1, "x");
    return path;
  }
  Answer ask_with(const std::string& bearer, const AdminRoute& route) {
    return ask_as(bearer, route.method, path_of(route));
  }
  std::string all_scopes_but(std::string_view left_out) {
    std::string scopes;
    for (const AdminScope& scope : admin_scopes) {
      if (scope.name != left_out) scopes += (scopes.empty() ? "" : "+") + std::string(scope.name);
    }
    return scopes;
  }
};

TEST_F(Access, NeedsAToken) {
  for (const AdminRoute& route : admin_route_table()) {
    const Answer answer = ask_with("", route);
    EXPECT_TRUE(refused(answer, 401, "unauthenticated")) << route.path;
    // No error word when no token was sent: RFC 6750 section 3.1.
    EXPECT_EQ(answer.header("WWW-Authenticate"), R"(Bearer realm="optare")") << route.path;
  }
}

TEST_F(Access, NeedsATokenThatIsOneOfOurs) {
  for (const AdminRoute& route : admin_route_table()) {
    const Answer answer = ask_with("at_made-up", route);
    EXPECT_TRUE(refused(answer, 401, "unauthenticated")) << route.path;
    EXPECT_EQ(answer.header("WWW-Authenticate"), R"(Bearer realm="optare", error="invalid_token")");
  }
}

TEST_F(Access, NeedsATokenForThisApi) {
  const Made api = make_api();
  const Made application = make_application(
      "Cron", fmt::format(R"(,"apis":[{{"api_id":"{}","scopes":["read"]}}])", api.id));
  const std::string other = spine.token(application.client(), "https://api.myapp.com");
  for (const AdminRoute& route : admin_route_table())
    EXPECT_TRUE(refused(ask_with(other, route), 401, "unauthenticated")) << route.path;
}

TEST_F(Access, NeedsTheScopeOfTheRoute) {
  std::map<std::string_view, std::string> tokens;
  for (const AdminScope& scope : admin_scopes)
    tokens[scope.name] = log_in(all_scopes_but(scope.name));
  const std::uint64_t before = position();
  for (const AdminRoute& route : admin_route_table()) {
    const Answer answer = ask_with(tokens.at(route.scope), route);
    EXPECT_TRUE(refused(answer, 403, "insufficient-scope")) << route.path;
    EXPECT_EQ(answer.header("WWW-Authenticate"),
              fmt::format(R"(Bearer realm="optare", error="insufficient_scope", scope="{}")",
                          route.scope));
  }
  EXPECT_EQ(position(), before);
}

TEST_F(Access, NeedsNoOtherScopeThanThatOfTheRoute) {
  std::map<std::string_view, std::string> tokens;
  for (const AdminScope& scope : admin_scopes) tokens[scope.name] = log_in(scope.name);
  for (const AdminRoute& route : admin_route_table()) {
    const Answer answer = ask_with(tokens.at(route.scope), route);
    EXPECT_NE(answer.status, 401) << route.path;
    EXPECT_NE(answer.status, 403) << route.path;
  }
}

TEST_F(Access, EndsWithTheApplication) {
  const Made other = make_application(
      "Other",
      fmt::format(R"(,"apis":[{{"api_id":"{}","scopes":["read:apis"]}}])", admin_api_id()));
  const std::string its = spine.token(other.client(), admin_audience());
  EXPECT_EQ(ask_as(its, Method::get, "/apis").status, 200);
  EXPECT_EQ(ask(Method::delete_, other.path).status, 200);
  EXPECT_TRUE(refused(ask_as(its, Method::get, "/apis"), 401, "unauthenticated"));
}

TEST_F(Access, TakesTheTokenFromOnePlaceOnly) {
  EXPECT_TRUE(refused(ask(Method::get, "/apis?access_token=" + token), 400, "invalid-request"));
  const std::vector<Header> twice{{"Authorization", "Bearer " + token}};
  EXPECT_TRUE(refused(ask(Method::get, "/apis", "", twice), 400, "invalid-request"));
}

TEST_F(Access, TheTableNamesOnlyScopesThatThereAre) {
  for (const AdminRoute& route : admin_route_table()) {
    EXPECT_TRUE(std::ranges::any_of(admin_scopes, [&](const AdminScope& s) {
      return s.name == route.scope;
    })) << route.path;
  }
}

}  // namespace
}  // namespace optare
