// /applications: what is asked, what is answered, and what is refused where.
#include "tests/admin/admin_api.h"

namespace optare {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsSupersetOf;
using ::testing::MatchesRegex;
using ::testing::Not;
using ::testing::UnorderedElementsAre;

class Applications : public AdminApi {};

TEST_F(Applications, AreCreatedWithASecretThatIsShownOnce) {
  const std::uint64_t before = position();
  const Answer made = ask(Method::post, "/applications", R"({"name":"Cron","type":"m2m"})");
  EXPECT_EQ(made.status, 201);
  EXPECT_THAT(members(made.json()), UnorderedElementsAre("client_id", "client_secret", "secret_id",
                                                         "name", "type", "created_at"));
  EXPECT_THAT(made.member("client_id"), MatchesRegex("srv_[0-9A-Za-z]{22}"));
  EXPECT_THAT(made.member("client_secret"), MatchesRegex("sk_[0-9A-Za-z]{49}"));
  EXPECT_THAT(made.member("secret_id"), MatchesRegex("sec_[0-9A-Za-z]{22}"));
  EXPECT_EQ(made.member("name"), "Cron");
  EXPECT_EQ(made.member("created_at"), rfc3339(spine.clock.wall()));
  EXPECT_EQ(made.header("Location"), "/api/v1/applications/" + made.member("client_id"));
  EXPECT_EQ(made.header("ETag"), "\"1\"");
  EXPECT_EQ(made.header("Optare-Position"), std::to_string(before + 1));
  EXPECT_EQ(made.header("Cache-Control"), "no-store");
}

TEST_F(Applications, AreCreatedWithTheirGrantsInOneCommit) {
  const Made first = make_api();
  make_api("https://other.myapp.com");
  const std::uint64_t before = position();
  const Made made =
      make_application("Cron", fmt::format(R"(,"apis":[{{"api_id":"{}","scopes":["write","read"]}},
                                      {{"identifier":"https://other.myapp.com","scopes":[]}}])",
                                           first.id));
  EXPECT_EQ(position(), before + 1);
  const Answer grants = ask(Method::get, made.path + "/apis");
  EXPECT_THAT(listed(grants, "identifier"),
              UnorderedElementsAre("https://api.myapp.com", "https://other.myapp.com"));
  EXPECT_EQ(ask(Method::get, made.path).header("ETag"), "\"3\"");  // three events
}

struct Refusal {
  std::string body;
  int status;
  std::string slug;
  std::string pointer;
};

TEST_F(Applications, RefuseABadRequestAndPointAtIt) {
  make_api();
  const std::string long_name(101, 'x');
  const std::uint64_t before = position();
  const std::vector<Refusal> table{
      {"{", 400, "malformed", ""},
      {"[]", 400, "invalid", ""},
      {R"({"name":"A","name":"B","type":"m2m"})", 400, "malformed", ""},
      {R"({"type":"m2m"})", 400, "invalid", "/name"},
      {R"({"name":7,"type":"m2m"})", 400, "invalid", "/name"},
      {R"({"name":"","type":"m2m"})", 400, "invalid", "/name"},
      {R"({"name":"a\nb","type":"m2m"})", 400, "invalid", "/name"},
      {R"({"name":")" + long_name + R"(","type":"m2m"})", 400, "invalid", "/name"},
      {R"({"name":"A"})", 400, "invalid", "/type"},
      {R"({"name":"A","type":"spa"})", 400, "invalid", "/type"},
      {R"({"name":"A","type":"m2m","color":"red"})", 400, "invalid", "/color"},
      {R"({"name":"A","type":"m2m","apis":{}})", 400, "invalid", "/apis"},
      {R"({"name":"A","type":"m2m","apis":["x"]})", 400, "invalid", "/apis/0"},
      {R"({"name":"A","type":"m2m","apis":[{"scopes":[]}]})", 400, "invalid", "/apis/0"},
      {R"({"name":"A","type":"m2m","apis":[{"api_id":"a","identifier":"b","scopes":[]}]})", 400,
       "invalid", "/apis/0"},
      {R"({"name":"A","type":"m2m","apis":[{"api_id":"","scopes":[]}]})", 400, "invalid",
       "/apis/0"},
      {R"({"name":"A","type":"m2m","apis":[{"api_id":")" + std::string(65, 'a') +
           R"(","scopes":[]}]})",
       400, "invalid", "/apis/0/api_id"},
      {R"({"name":"A","type":"m2m","apis":[{"api_id":")" + std::string(64, 'a') +
           R"(","scopes":[]}]})",
       422, "unprocessable", "/apis/0"},
      {R"({"name":"A","type":"m2m","apis":[{"api_id":"a"}]})", 400, "invalid", "/apis/0/scopes"},
      {R"({"name":"A","type":"m2m","apis":[{"api_id":"a","scopes":[1]}]})", 400, "invalid",
       "/apis/0/scopes/0"},
      {R"({"name":"A","type":"m2m","apis":[{"api_id":"a","scopes":[],"x":1}]})", 400, "invalid",
       "/apis/0/x"},
      {R"({"name":"A","type":"m2m","apis":[{"api_id":"api_none","scopes":[]}]})", 422,
       "unprocessable", "/apis/0"},
      {R"({"name":"A","type":"m2m","apis":[{"identifier":"https://api.myapp.com","scopes":["x"]}]})",
       422, "unprocessable", "/apis/0/scopes/0"},
  };
  for (const Refusal& row : table) {
    EXPECT_TRUE(
        refused(ask(Method::post, "/applications", row.body), row.status, row.slug, row.pointer))
        << row.body;
  }
  EXPECT_EQ(position(), before);
}

TEST_F(Applications, WantJson) {
  const std::vector<Header> form{{"Authorization", "Bearer " + token},
                                 {"Content-Type", "application/x-www-form-urlencoded"}};
  EXPECT_TRUE(refused(spine.send(Method::post, "/api/v1/applications", form, "name=Cron"), 415,
                      "unsupported-media-type"));
}

TEST_F(Applications, AreShownWithoutTheirSecrets) {
  const Made made = make_application();
  const Answer shown = ask(Method::get, made.path);
  EXPECT_EQ(shown.status, 200);
  EXPECT_EQ(shown.member("status"), "active");
  EXPECT_EQ(shown.header("ETag"), "\"1\"");
  EXPECT_EQ(shown.header("Optare-Position"), std::to_string(position()));
  const json::value secret = shown.json().at("secrets").at(0);
  EXPECT_THAT(members(secret),
              UnorderedElementsAre("secret_id", "created_at", "expires_at", "last_used_at"));
  EXPECT_EQ(secret.at("secret_id").as_string(), made.secret_id);
  EXPECT_TRUE(secret.at("expires_at").is_null());
  EXPECT_THAT(shown.body, Not(HasSubstr(made.secret)));
}

TEST_F(Applications, SayWhenTheyWereLastUsed) {
  const Made made = make_application();
  const json::value before = ask(Method::get, made.path).json();
  EXPECT_TRUE(before.at("last_used_at").is_null());
  EXPECT_TRUE(before.at("last_used_since").is_string());
  spine.request_token(made.client(), "https://nothing.granted");  // who asks is known even so
  const auto minute = std::chrono::floor<std::chrono::minutes>(spine.clock.wall());
  for (const bool restarted : {false, true}) {
    if (restarted) spine.restart();
    const json::value after = ask(Method::get, made.path).json();
    EXPECT_EQ(after.at("last_used_at").as_string(), rfc3339(minute)) << restarted;
    EXPECT_EQ(after.at("secrets").at(0).at("last_used_at").as_string(), rfc3339(minute));
    EXPECT_EQ(after.at("last_used_since"), before.at("last_used_since"));
  }
}

TEST_F(Applications, AreRenamed) {
  const Made made = make_application();
  spine.advance(std::chrono::seconds(1));
  const Answer renamed = ask(Method::patch, made.path, R"({"name":"Nightly"})");
  EXPECT_EQ(renamed.status, 200);
  EXPECT_EQ(renamed.member("name"), "Nightly");
  EXPECT_EQ(renamed.member("updated_at"), rfc3339(spine.clock.wall()));
  EXPECT_EQ(renamed.header("ETag"), "\"2\"");
  const std::uint64_t after = position();
  EXPECT_EQ(ask(Method::patch, made.path, R"({"name":"Nightly"})").header("ETag"), "\"2\"");
  EXPECT_EQ(ask(Method::patch, made.path, "{}").header("ETag"), "\"2\"");
  EXPECT_EQ(position(), after);
  EXPECT_TRUE(refused(ask(Method::patch, made.path, R"({"name":""})"), 400, "invalid", "/name"));
  EXPECT_TRUE(refused(ask(Method::patch, made.path, R"({"type":"m2m"})"), 400, "invalid", "/type"));
  EXPECT_TRUE(refused(ask(Method::patch, made.path), 415, "unsupported-media-type"));
}

TEST_F(Applications, AreDeactivatedAndActivated) {
  const Made api = make_api();
  const Made made = make_application(
      "Cron", fmt::format(R"(,"apis":[{{"api_id":"{}","scopes":["read"]}}])", api.id));
  const std::string its = spine.token(made.client(), "https://api.myapp.com");
  EXPECT_TRUE(spine.active(made.client(), its));

  const Answer off = ask(Method::post, made.path + "/deactivate", R"({"reason":"holidays"})");
  EXPECT_EQ(off.status, 200);
  EXPECT_EQ(off.member("status"), "inactive");
  EXPECT_EQ(ask(Method::get, made.path).member("status"), "inactive");
  EXPECT_EQ(spine.request_token(made.client(), "https://api.myapp.com").status, 401);
  const std::uint64_t after = position();
  EXPECT_EQ(ask(Method::post, made.path + "/deactivate").status, 200);
  EXPECT_EQ(position(), after);

  EXPECT_EQ(ask(Method::post, made.path + "/activate").member("status"), "active");
  EXPECT_FALSE(spine.active(made.client(), its));  // old tokens stay dead
  EXPECT_EQ(spine.request_token(made.client(), "https://api.myapp.com").status, 200);
}

TEST_F(Applications, LoseTheirTokensAndKeepTheirSecrets) {
  const Made api = make_api();
  const Made made = make_application(
      "Cron", fmt::format(R"(,"apis":[{{"api_id":"{}","scopes":["read"]}}])", api.id));
  const std::string its = spine.token(made.client(), "https://api.myapp.com");
  const Answer revoked = ask(Method::post, made.path + "/revoke-tokens");
  EXPECT_EQ(revoked.status, 200);
  EXPECT_EQ(revoked.member("status"), "active");
  EXPECT_FALSE(spine.active(made.client(), its));
  EXPECT_TRUE(spine.active(made.client(), spine.token(made.client(), "https://api.myapp.com")));
}

TEST_F(Applications, AreDeletedOnce) {
  const Made api = make_api();
  const Made made = make_application(
      "Cron", fmt::format(R"(,"apis":[{{"api_id":"{}","scopes":["read"]}}])", api.id));
  const std::string its = spine.token(made.client(), "https://api.myapp.com");
  const Made introspector = make_application("Guard");
  ask(Method::put, api.path + "/introspectors/" + introspector.id);
  EXPECT_TRUE(spine.active(introspector.client(), its));

  const Answer deleted = ask(Method::delete_, made.path, R"({"reason":"retired"})");
  EXPECT_EQ(deleted.status, 200);
  EXPECT_THAT(members(deleted.json()), UnorderedElementsAre("client_id", "deleted_at", "position"));
  EXPECT_EQ(deleted.member("deleted_at"), rfc3339(spine.clock.wall()));
  EXPECT_EQ(deleted.member("position"), deleted.header("Optare-Position"));
  EXPECT_FALSE(spine.active(introspector.client(), its));
  EXPECT_EQ(spine.request_token(made.client(), "https://api.myapp.com").status, 401);

  for (const auto& [method, path] : std::vector<std::pair<Method, std::string>>{
           {Method::delete_, ""},
           {Method::get, ""},
           {Method::get, "/apis"},
           {Method::post, "/activate"},
           {Method::post, "/deactivate"},
           {Method::post, "/revoke-tokens"},
           {Method::post, "/rotate-secret"},
           {Method::delete_, "/secrets/" + made.secret_id}}) {
    EXPECT_TRUE(refused(ask(method, made.path + path), 404, "not-found")) << path;
  }
  EXPECT_THAT(listed(ask(Method::get, "/applications"), "client_id"), Not(Contains(made.id)));
}

TEST_F(Applications, TakeAReasonAndNothingElse) {
  const Made made = make_application();
  for (const std::string verb : {"/deactivate", "/activate", "/revoke-tokens"}) {
    const std::string path = made.path + verb;
    EXPECT_TRUE(refused(ask(Method::post, path, R"({"why":"x"})"), 400, "invalid", "/why"));
    EXPECT_TRUE(
        refused(ask(Method::post, path, R"({"reason":"a\u0007"})"), 400, "invalid", "/reason"));
    const std::string too_long = R"({"reason":")" + std::string(501, 'x') + R"("})";
    EXPECT_TRUE(refused(ask(Method::post, path, too_long), 400, "invalid", "/reason"));
  }
}

TEST_F(Applications, AreNotFoundWhenTheyNeverWere) {
  const std::string path = "/applications/srv_none";
  EXPECT_TRUE(refused(ask(Method::get, path), 404, "not-found"));
  EXPECT_TRUE(refused(ask(Method::patch, path, R"({"name":"A"})"), 404, "not-found"));
  EXPECT_TRUE(refused(ask(Method::delete_, path), 404, "not-found"));
}

TEST_F(Applications, AnswerTheSameAfterARestart) {
  const Made made = make_application();
  ask(Method::post, made.path + "/rotate-secret");
  ask(Method::post, made.path + "/deactivate");
  const Answer before = ask(Method::get, "/applications");
  const Answer one = ask(Method::get, made.path);
  spine.restart();
  EXPECT_EQ(ask(Method::get, "/applications").body, before.body);
  EXPECT_EQ(ask(Method::get, made.path).body, one.body);
  EXPECT_EQ(ask(Method::get, made.path).header("ETag"), one.header("ETag"));
  EXPECT_EQ(ask(Method::get, made.path).header("Optare-Position"), one.header("Optare-Position"));
}

}  // namespace
}  // namespace optare
