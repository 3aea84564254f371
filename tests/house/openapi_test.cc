// schemas/openapi.yaml describes the product: every operation there is, and none that is not.
#include <gmock/gmock.h>

#include <boost/json.hpp>

#include "api/admin/routes.h"
#include "api/errors.h"
#include "api/server/refusals.h"
#include "ops/health.h"
#include "tests/support/openapi.h"

namespace optare {
namespace {

namespace json = boost::json;
using ::testing::Contains;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAreArray;

std::string name_of(const Route& route) {
  return std::string(text(route.method)) + ' ' + route.pattern;
}

std::set<std::string> words(std::string_view text) {
  std::set<std::string> words;
  while (!text.empty()) {
    const auto end = std::min(text.find(' '), text.size());
    words.emplace(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return words;
}

TEST(OpenApiFile, NamesEveryRouteAndNoOther) {
  Spine spine;
  std::set<std::string> routes;
  for (const Route& route : spine.composition().routes.routes()) routes.insert(name_of(route));
  Progress progress;
  Health health(progress);
  for (const Route& route : health.routes()) routes.insert(name_of(route));
  EXPECT_THAT(OpenApi::of_product().operations(), UnorderedElementsAreArray(routes));
}

TEST(OpenApiFile, SaysWhatEachAdminRouteNeedsAndTakes) {
  const OpenApi& api = OpenApi::of_product();
  for (const AdminRoute& route : admin_route_table()) {
    const std::string path = std::string(admin_root).append(route.path);
    const json::object* operation = api.operation(text(route.method), path);
    ASSERT_NE(operation, nullptr) << path;
    EXPECT_EQ(operation->at("security"), (json::value{{{"accessToken", json::array{route.scope}}}}))
        << path;
    EXPECT_EQ(api.parameters(*operation, "query"), words(route.query)) << path;
    EXPECT_THAT(api.parameters(*operation, "header"), Contains("Optare-Min-Position")) << path;
    const bool writes = route.method != Method::get;
    EXPECT_EQ(api.parameters(*operation, "header").contains("Idempotency-Key"), writes) << path;
    EXPECT_EQ(api.parameters(*operation, "header").contains("If-Match"), writes) << path;
  }
}

TEST(OpenApiFile, NamesTheParametersOfEachPath) {
  const OpenApi& api = OpenApi::of_product();
  for (const AdminRoute& route : admin_route_table()) {
    std::string pointer = std::string(admin_root).append(route.path);
    std::set<std::string> in_path;
    for (auto open = pointer.find('{'); open != std::string::npos;
         open = pointer.find('{', open + 1))
      in_path.insert(pointer.substr(open + 1, pointer.find('}', open) - open - 1));
    for (auto slash = pointer.find('/'); slash != std::string::npos;
         slash = pointer.find('/', slash))
      pointer.replace(slash, 1, "~1");
    EXPECT_EQ(api.parameters(api.at("/paths/" + pointer), "path"), in_path) << pointer;
  }
}

TEST(OpenApiFile, NamesEveryTypeOfProblem) {
  const json::value types = OpenApi::of_product()
                                .at("/components/schemas/Problem")
                                .at("properties")
                                .at("type")
                                .at("enum");
  std::set<std::string> described;
  for (const json::value& type : types.as_array()) described.emplace(type.as_string());
  std::set<std::string> spoken;
  // Spoken by the OAuth endpoints only, in their own words.
  const std::set<std::string_view> oauth{"invalid-client", "unauthorized-client", "invalid-scope",
                                         "invalid-target", "unsupported-grant-type"};
  for (const ErrorRow& row : error_table()) {
    if (!oauth.contains(row.slug)) spoken.insert("urn:optare:problem:" + std::string(row.slug));
  }
  using namespace refusals;
  for (const Refusal& refusal :
       {bad_request, bad_target, bad_host, bad_framing, bad_coding, bad_expectation, bad_version,
        too_slow, body_too_large, line_too_long, headers_too_large, overloaded, failed})
    spoken.insert("urn:optare:problem:" + std::string(refusal.slug));
  EXPECT_EQ(described, spoken);
}

// Calls `visit` with an empty event of each type.
template <std::size_t I = 0, class Visit>
void each_event(const Visit& visit) {
  if constexpr (I < std::variant_size_v<Event>) {
    visit(event_name(Event(std::in_place_index<I>)));
    each_event<I + 1>(visit);
  }
}

TEST(OpenApiFile, DescribesTheDataOfEveryEvent) {
  each_event([](std::string_view name) {
    const auto& schema =
        OpenApi::of_product().at("/components/schemas/" + std::string(name) + "Data");
    EXPECT_TRUE(schema.contains("properties")) << name;
  });
}

TEST(OpenApiFile, DescribesTheOtherAnswers) {
  Spine spine;
  const OpenApi& api = OpenApi::of_product();
  const Spine::Client cron = spine.create_client();
  const std::string id = spine.register_api("https://api.myapp.com", {"read"});
  spine.grant(cron, id, {"read"});
  const std::string token = spine.token(cron, "https://api.myapp.com");
  const auto form = [&](const std::string& path, const std::string& body) {
    return spine.post_form(path, body, {cron.basic()});
  };
  for (const std::string path : {"/oauth2/jwks", "/.well-known/oauth-authorization-server",
                                 "/.well-known/openid-configuration"})
    EXPECT_THAT(api.faults("GET", path, spine.get(path)), IsEmpty()) << path;
  const std::string grant = "grant_type=client_credentials";
  for (const auto& [path, body] : std::vector<std::pair<std::string, std::string>>{
           {"/oauth2/token", grant},
           {"/oauth2/token", grant + "&audience=urn:none"},
           {"/oauth2/token", "grant_type=password"},
           {"/oauth2/introspect", "token=" + token},
           {"/oauth2/introspect", "token=none"},
           {"/oauth2/introspect", ""},
           {"/oauth2/revoke", "token=" + token}}) {
    EXPECT_THAT(api.faults("POST", path, form(path, body)), IsEmpty()) << path << ' ' << body;
  }
  EXPECT_THAT(api.faults("POST", "/oauth2/token", spine.post_form("/oauth2/token", grant)),
              IsEmpty());
}

TEST(OpenApiFile, DescribesTheOperationsListener) {
  Spine spine;
  Progress progress;
  Health health(progress);
  RouteTable routes(health.routes(), [](const Rejection& rejection, const Request& request) {
    return problem_response(rejection, request);
  });
  const auto faults = [&](const std::string& path, const std::string& query = {}) {
    Request request;
    request.path = path;
    request.query = query;
    Response response = spine.run_task(routes.dispatch(request));
    return OpenApi::of_product().faults(
        "GET", path, {response.status, response.headers, response.body, nullptr});
  };
  EXPECT_THAT(faults("/readyz"), IsEmpty());  // starting
  EXPECT_THAT(faults("/statusz"), IsEmpty());
  health.running(&spine.node(), &spine.composition().counts, nullptr);
  for (const std::string path : {"/livez", "/readyz", "/statusz", "/metrics"})
    EXPECT_THAT(faults(path), IsEmpty()) << path;
  for (const std::string query : {"control=1&tokens-00=0", "control=7", "control=x"})
    EXPECT_THAT(faults("/statusz", query), IsEmpty()) << query;
  spine.node().states.stop("a test");
  EXPECT_THAT(faults("/readyz"), IsEmpty());
  health.running(nullptr, nullptr, nullptr);
}

// The judge itself: what it must not let pass.
TEST(OpenApiFile, IsHeldAgainstEveryMember) {
  const OpenApi& api = OpenApi::of_product();
  const json::value right = {
      {"client_id", "srv_a"}, {"deleted_at", "2026-03-03T12:00:00.000Z"}, {"position", 7}};
  EXPECT_THAT(api.schema_faults("DeletedApplication", right), IsEmpty());
  const auto wrong = [&](const std::function<void(json::object&)>& change) {
    json::value value = right;
    change(value.as_object());
    return api.schema_faults("DeletedApplication", value).size();
  };
  EXPECT_EQ(wrong([](json::object& o) { o.erase("position"); }), 1U);
  EXPECT_EQ(wrong([](json::object& o) { o["more"] = 1; }), 1U);
  EXPECT_EQ(wrong([](json::object& o) { o["position"] = "7"; }), 1U);
  EXPECT_EQ(wrong([](json::object& o) { o["deleted_at"] = "yesterday"; }), 1U);
  EXPECT_EQ(wrong([](json::object& o) { o["deleted_at"] = nullptr; }), 1U);
  EXPECT_EQ(api.schema_faults("Actor", {{"type", "user"}, {"id", nullptr}}).size(), 1U);
}

}  // namespace
}  // namespace optare
