// Planted secrets: no client secret, token or private key is anywhere but where it belongs, whoever
// sends it wherever (SECURITY.md).
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/server/refusals.h"
#include "core/base/encoding.h"
#include "core/oauth/client_secret.h"
#include "core/openssl/random.h"
#include "tests/e2e/wrong_places.h"
#include "tests/support/document.h"
#include "tests/support/told_server.h"

namespace optare {
namespace {

using testing::AllOf;
using testing::ContainsRegex;
using testing::HasSubstr;
using wrong_places::Wrong;

constexpr const char* jwt_api = "https://jwt.example.com";
constexpr const char* opaque_api = "https://opaque.example.com";

std::string base64_text(const std::string& text) { return base64(bytes_of(text)); }

// The life of an application, told by hand.
class Canary : public testing::Test {
 protected:
  std::string basic(const std::string& id, const std::string& secret) const {
    return "Authorization: Basic " + base64_text(id + ':' + secret);
  }
  // As the administrator; `headers` besides.
  const std::string& admin(const std::string& method, const std::string& path, int status,
                           const std::string& body = {}, const std::string& headers = {}) {
    const std::string type = body.empty() ? "" : "\nContent-Type: application/json";
    const std::string& answer = told.ask({.method = method,
                                          .target = "/api/v1" + path,
                                          .headers = bearer + type + '\n' + headers,
                                          .body = body});
    EXPECT_EQ(told.status(), status) << method << ' ' << path << ' ' << answer;
    return answer;
  }
  const std::string& form(const std::string& path, const std::string& client,
                          const std::string& body, int status = 200) {
    const std::string& answer =
        told.ask({.method = "POST",
                  .target = path,
                  .headers = client + "\nContent-Type: application/x-www-form-urlencoded",
                  .body = body});
    EXPECT_EQ(told.status(), status) << path << ' ' << answer;
    return answer;
  }
  std::string token(const std::string& name, const std::string& client,
                    const std::string& audience) {
    form("/oauth2/token", client, "grant_type=client_credentials&audience=" + audience);
    return told.take_token(name);
  }
  std::string create_api(const std::string& identifier, const std::string& format) {
    return json_member(
        admin("POST", "/apis", 201,
              fmt::format(R"({{"identifier":"{}","name":"An API","token_format":"{}",)"
                          R"("scopes":[{{"name":"read"}}]}})",
                          identifier, format)),
        "api_id");
  }

  void begin();
  void rotate_everything();
  void use_tokens();
  void end_things();
  void put_everywhere(const std::string& name, const std::string& value);
  void put_into(const Wrong& wrong, const std::string& value, bool operations = false);
  void send_nonsense();
  void look_at_what_is_told();
  std::string filled(const std::string& text, const std::string& value) const;

  ToldServer told;
  std::string bearer;
  std::string admin_token;
  std::string app;  // client id
  std::string opaque_id;
  std::string first;  // secrets
  std::string second;
  std::string app_basic;
  std::string stranger_basic;
  std::string jwt;
  std::string opaque;
};

const char* const create_body =
    R"({"name":"Cron","type":"m2m","apis":[{"identifier":"https://jwt.example.com","scopes":["read"]},)"
    R"({"identifier":"https://opaque.example.com","scopes":["read"]}]})";

void Canary::begin() {
  const AppSecret administrator = told.server.admin();
  admin_token =
      token("the administrator's token", basic(administrator.client_id, administrator.secret),
            told.server.url() + "/api/v1");
  bearer = "Authorization: Bearer " + admin_token;
  create_api(jwt_api, "jwt");
  opaque_id = create_api(opaque_api, "opaque");
  app = json_member(admin("POST", "/applications", 201, create_body, "Idempotency-Key: create-1"),
                    "client_id");
  first = told.take_secret("the first secret");
  admin("POST", "/applications", 201, create_body, "Idempotency-Key: create-1");  // a repeat
  const std::string stranger = json_member(
      admin("POST", "/applications", 201, R"({"name":"Other","type":"m2m"})"), "client_id");
  stranger_basic = basic(stranger, told.take_secret("the stranger's secret"));
  app_basic = basic(app, first);
  jwt = token("the JWT", app_basic, jwt_api);
  opaque = token("the opaque token", app_basic, opaque_api);
  admin("PUT", "/apis/" + opaque_id + "/introspectors/" + stranger, 200);
}

void Canary::rotate_everything() {
  const std::string rotate = "/applications/" + app + "/rotate-secret";
  admin("POST", rotate, 200, R"({"overlap_seconds":3600})", "Idempotency-Key: rotate-1");
  second = told.take_secret("the second secret");
  admin("POST", rotate, 200, R"({"overlap_seconds":3600})", "Idempotency-Key: rotate-1");
  admin("POST", rotate, 409, "{}");
  for (const char* alg : {"EdDSA", "RS256"})
    admin("POST", "/keys/rotate", 200, fmt::format(R"({{"alg":"{}"}})", alg));
  admin("GET", "/keys", 200);
}

void Canary::use_tokens() {
  for (const std::string& presented : {jwt, opaque}) {
    for (const std::string& client : {app_basic, stranger_basic})
      form("/oauth2/introspect", client, "token=" + presented);
    form("/oauth2/revoke", stranger_basic, "token=" + presented, 400);
    told.ask({.target = "/api/v1/applications", .headers = "Authorization: Bearer " + presented});
    EXPECT_EQ(told.status(), 401);
  }
  form("/oauth2/introspect", app_basic, "token=" + admin_token);
  admin("GET", "/applications/" + app, 200);
  admin("GET", "/applications?limit=1", 200);
}

void Canary::end_things() {
  for (const std::string& presented : {jwt, opaque})
    form("/oauth2/revoke", app_basic, "token=" + presented);
  form("/oauth2/introspect", app_basic, "token=" + jwt);
  admin("POST", "/applications/" + app + "/revoke-tokens", 200);
  admin("DELETE", "/applications/" + app, 200);
  form("/oauth2/token", app_basic, "grant_type=client_credentials", 401);
}

std::string Canary::filled(const std::string& text, const std::string& value) const {
  std::string out = replaced(text, "$json", "Content-Type: application/json\n");
  out = replaced(out, "$form", "Content-Type: application/x-www-form-urlencoded\n");
  out = replaced(out, "$admin", bearer);
  out = replaced(out, "$app", app_basic);
  out = replaced(out, "$id64", base64_text(app + ':' + value));
  out = replaced(out, "$v64", base64_text(value + ":x"));
  out = replaced(out, "$64", base64_text(value));
  out = replaced(out, "$id", app);
  out = replaced(out, "$n", std::to_string(told.answers()));
  return replaced(out, "$v", value);
}

void Canary::put_into(const Wrong& wrong, const std::string& value, bool operations) {
  const ToldServer::Asked asked{.method = wrong.method,
                                .target = filled(wrong.target, value),
                                .headers = filled(wrong.headers, value),
                                .body = filled(wrong.body, value)};
  const std::string& answer = operations ? told.ask_operations(asked) : told.ask(asked);
  EXPECT_LT(told.status(), 500) << asked.target << ' ' << answer;
  EXPECT_EQ(answer.find(refusals::bad_request.detail), std::string::npos)
      << "it did not get beyond the head: " << wrong.target << ' ' << wrong.headers;
}

void Canary::put_everywhere(const std::string& name, const std::string& value) {
  for (const Wrong& wrong : wrong_places::oauth) put_into(wrong, value);
  for (const Wrong& wrong : wrong_places::administration) put_into(wrong, value);
  for (const Wrong& wrong : wrong_places::done_all_the_same) {
    put_into(wrong, value);
    EXPECT_EQ(told.status(), 200) << wrong.target;
  }
  for (const Wrong& wrong : wrong_places::operations) put_into(wrong, value, true);
  for (const char* broken : wrong_places::broken_requests)
    told.send_bytes(replaced(broken, "$v", name), filled(broken, value));
}

// What nobody knows, another text in each place, so that a leak names the place.
void Canary::send_nonsense() {
  int number = 0;
  // Not the characters of a request id: that is the caller's own word, and is repeated to him.
  const auto nonsense = [&] {
    const std::string text = fmt::format("N0nsense~{:04}~tHat~n0body~kn0ws", ++number);
    told.canaries.plant("nonsense " + std::to_string(number), text);
    return text;
  };
  for (const Wrong& wrong : wrong_places::oauth) put_into(wrong, nonsense());
  for (const Wrong& wrong : wrong_places::administration) put_into(wrong, nonsense());
  for (const Wrong& wrong : wrong_places::done_all_the_same) put_into(wrong, nonsense());
  for (const Wrong& wrong : wrong_places::operations) put_into(wrong, nonsense(), true);
  for (const char* broken : wrong_places::broken_requests)
    told.send_bytes("nonsense", filled(broken, nonsense()));
}

void Canary::look_at_what_is_told() {
  for (const char* const partition : {"control", "tokens-00"}) {
    std::string after = "0";
    for (int page = 0; page < 50 && !after.empty() && after != "null"; ++page)
      after = json_member(
          admin("GET", fmt::format("/events?limit=200&after={}&partition={}", after, partition),
                200),
          "next_cursor");
    told.run_optare({"events", "export", "--partition", partition});
  }
  for (const char* const path : {"/metrics", "/readyz", "/statusz", "/livez"})
    told.ask_operations({.target = path});
  told.run_optare({"projections", "list", "--ops", told.server.ops_url()});
  told.run_optare({"cluster", "status", "--nodes", told.server.ops_url()});
  const std::string data = told.server.data();
  told.run_optare({"events", "export", "--issuance", "--data", data});
  told.run_optare({"log", "void", "--data", data});
  told.run_optare({"replay", "--verify", "--data", data});
  told.run_optare({"replay", "--until", "9", "--data", data, "applications", "show", app});
  told.run_optare({"serve", "--print-config", "--data", data});
  told.look_into_folder("beside the server");
}

TEST_F(Canary, IsNowhereButWhereItBelongs) {
  begin();
  rotate_everything();
  use_tokens();
  SystemRandom random;
  const std::string unknown(generate_client_secret(random).reveal());
  told.canaries.plant_secret("an unknown secret", unknown);
  for (const auto& [name, value] : std::vector<std::pair<std::string, std::string>>{
           {"the administrator's secret", told.server.admin().secret},
           {"the first secret", first},
           {"the second secret", second},
           {"an unknown secret", unknown},
           {"the administrator's token", admin_token},
           {"the JWT", jwt},
           {"the opaque token", opaque}})
    put_everywhere(name, value);
  send_nonsense();
  told.follow_events_until(bearer, "IntrospectorAllowed");
  look_at_what_is_told();
  EXPECT_EQ(told.server.stop(), 0);
  told.look_into_folder("after a stop");
  told.plant_keys();

  told.server.start(told.flags);
  admin("POST", "/applications", 201, create_body, "Idempotency-Key: create-1");
  end_things();
  look_at_what_is_told();
  EXPECT_EQ(told.server.stop(), 0);
  told.look_into_folder("at the end");
  for (const std::string& leak : told.canaries.leaks(told.places())) ADD_FAILURE() << leak;

  // That it looked at something.
  EXPECT_GT(told.canaries.size(), 150U);
  EXPECT_THAT(told.server.said(), AllOf(HasSubstr(R"("level":"debug")"), HasSubstr(app)));
  std::string names;
  for (const Place& place : told.places()) names += place.name + '\n';
  for (const std::string database : {"log", "view", "spool", "vault"}) {
    EXPECT_THAT(names, HasSubstr("the rows of " + database + ", at the end"));
    for (const std::string kind : {"[0-9]+[.]log", "[0-9]+[.]sst", "MANIFEST-[0-9]+"})
      EXPECT_THAT(names, ContainsRegex("the file " + database + '/' + kind));
  }
}

}  // namespace
}  // namespace optare
