// /apis: registered, shown, changed, ended.
#include "tests/admin/admin_api.h"

namespace optare {
namespace {

using ::testing::Contains;
using ::testing::MatchesRegex;
using ::testing::Not;
using ::testing::StartsWith;

class Apis : public AdminApi {};

TEST_F(Apis, AreRegistered) {
  const Answer made = ask(Method::post, "/apis", R"({
      "identifier":"https://api.myapp.com", "name":"Orders",
      "scopes":[{"name":"read","description":"See them"},{"name":"write"}],
      "token_lifetime_seconds":600, "token_format":"opaque"})");
  EXPECT_EQ(made.status, 201);
  EXPECT_THAT(made.member("api_id"), MatchesRegex("api_[0-9A-Za-z]{22}"));
  EXPECT_EQ(made.header("Location"), "/api/v1/apis/" + made.member("api_id"));
  EXPECT_EQ(made.header("ETag"), "\"1\"");
  EXPECT_EQ(made.member("token_lifetime_seconds"), "600");
  EXPECT_EQ(made.member("token_format"), "opaque");
  EXPECT_EQ(made.member("built_in"), "false");
  EXPECT_EQ(made.member("scopes"), R"([{"name":"read","description":"See them"},)"
                                   R"({"name":"write","description":""}])");
  const Answer shown = ask(Method::get, "/apis/" + made.member("api_id"));
  EXPECT_EQ(shown.body, made.body);
  EXPECT_EQ(shown.header("ETag"), made.header("ETag"));
}

TEST_F(Apis, HaveDefaults) {
  const Answer made = ask(Method::post, "/apis", R"({"identifier":"urn:a","name":"A"})");
  EXPECT_EQ(made.member("token_lifetime_seconds"), "3600");
  EXPECT_EQ(made.member("token_format"), "jwt");
  EXPECT_EQ(made.member("scopes"), "[]");
}

TEST_F(Apis, RefuseABadRequestAndPointAtIt) {
  const Made first = make_api();
  const std::vector<std::pair<std::string, std::string>> table{
      {R"({"name":"A"})", "/identifier"},
      {R"({"identifier":"a","name":"A"})", "/identifier"},
      {R"({"identifier":"https://a.b/#c","name":"A"})", "/identifier"},
      {R"({"identifier":"urn:a"})", "/name"},
      {R"({"identifier":"urn:a","name":""})", "/name"},
      {R"({"identifier":"urn:a","name":"A","scopes":["read"]})", "/scopes/0"},
      {R"({"identifier":"urn:a","name":"A","scopes":[{"description":"x"}]})", "/scopes/0/name"},
      {R"({"identifier":"urn:a","name":"A","scopes":[{"name":"a b"}]})", "/scopes/0/name"},
      {R"({"identifier":"urn:a","name":"A","scopes":[{"name":"a","x":1}]})", "/scopes/0/x"},
      {R"({"identifier":"urn:a","name":"A","token_lifetime_seconds":59})",
       "/token_lifetime_seconds"},
      {R"({"identifier":"urn:a","name":"A","token_lifetime_seconds":86401})",
       "/token_lifetime_seconds"},
      {R"({"identifier":"urn:a","name":"A","token_format":"paseto"})", "/token_format"},
      {R"({"identifier":"urn:a","name":"A","api_id":"api_mine"})", "/api_id"},
  };
  for (const auto& [body, pointer] : table)
    EXPECT_TRUE(refused(ask(Method::post, "/apis", body), 400, "invalid", pointer)) << body;
  EXPECT_TRUE(refused(
      ask(Method::post, "/apis", R"({"identifier":"https://api.myapp.com","name":"Twice"})"), 409,
      "identifier-taken", "/identifier"));
}

TEST_F(Apis, AreChanged) {
  const Made api = make_api();
  const Answer changed =
      ask(Method::patch, api.path,
          R"({"name":"Baskets","scopes":[{"name":"read"}],"token_lifetime_seconds":60})");
  EXPECT_EQ(changed.status, 200);
  EXPECT_EQ(changed.member("name"), "Baskets");
  EXPECT_EQ(changed.member("token_lifetime_seconds"), "60");
  EXPECT_EQ(changed.member("token_format"), "jwt");
  EXPECT_EQ(changed.header("ETag"), "\"2\"");
  EXPECT_EQ(ask(Method::get, api.path).body, changed.body);
  const std::uint64_t after = position();
  EXPECT_EQ(ask(Method::patch, api.path, R"({"name":"Baskets"})").header("ETag"), "\"2\"");
  EXPECT_EQ(position(), after);
  EXPECT_TRUE(refused(ask(Method::patch, api.path, R"({"identifier":"urn:b"})"), 400, "invalid",
                      "/identifier"));
  EXPECT_TRUE(refused(ask(Method::patch, "/apis/api_none", "{}"), 404, "not-found"));
}

TEST_F(Apis, ChangeTheFormatOfTheTokensThatTheyGetFromThenOn) {
  const Made api = make_api();
  const Made application = make_application(
      "Cron", fmt::format(R"(,"apis":[{{"api_id":"{}","scopes":["read"]}}])", api.id));
  const auto new_token = [&] { return spine.token(application.client(), "https://api.myapp.com"); };
  EXPECT_THAT(new_token(), StartsWith("eyJ"));
  const Answer changed = ask(Method::patch, api.path, R"({"token_format":"opaque"})");
  EXPECT_EQ(changed.member("token_format"), "opaque");
  EXPECT_THAT(new_token(), StartsWith("at_"));
  EXPECT_TRUE(refused(ask(Method::patch, api.path, R"({"token_format":"paseto"})"), 400, "invalid",
                      "/token_format"));
  EXPECT_EQ(ask(Method::get, api.path).body, changed.body);
  EXPECT_EQ(ask(Method::patch, api.path, R"({"token_format":"jwt"})").status, 200);
  EXPECT_THAT(new_token(), StartsWith("eyJ"));
}

TEST_F(Apis, AreDeletedAndTheirIdentifierIsFree) {
  const Made api = make_api();
  const Made application = make_application(
      "Cron", fmt::format(R"(,"apis":[{{"api_id":"{}","scopes":["read"]}}])", api.id));
  const std::string its = spine.token(application.client(), "https://api.myapp.com");
  const Answer deleted = ask(Method::delete_, api.path, R"({"reason":"gone"})");
  EXPECT_EQ(deleted.status, 200);
  EXPECT_EQ(deleted.member("deleted_at"), rfc3339(spine.clock.wall()));
  EXPECT_EQ(deleted.member("position"), deleted.header("Optare-Position"));
  EXPECT_FALSE(spine.active(application.client(), its));
  EXPECT_TRUE(refused(ask(Method::delete_, api.path), 404, "not-found"));
  EXPECT_TRUE(refused(ask(Method::get, api.path), 404, "not-found"));
  EXPECT_THAT(listed(ask(Method::get, "/apis"), "api_id"), Not(Contains(api.id)));
  EXPECT_NE(make_api().id, api.id);
  EXPECT_FALSE(spine.active(application.client(), its));
}

TEST_F(Apis, TheAdminApiStays) {
  const std::string path = "/apis/" + admin_api_id();
  EXPECT_EQ(ask(Method::get, path).member("built_in"), "true");
  EXPECT_TRUE(refused(ask(Method::delete_, path), 409, "conflict"));
  EXPECT_TRUE(refused(ask(Method::patch, path, R"({"scopes":[]})"), 409, "conflict", "/scopes"));
  EXPECT_EQ(ask(Method::patch, path, R"({"token_lifetime_seconds":600})").status, 200);
}

}  // namespace
}  // namespace optare
