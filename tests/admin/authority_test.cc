// What a caller may is what he may when it is done, and never more than that.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "core/api/admin_api.h"
#include "tests/support/spine.h"

namespace optare {
namespace {

class Authority : public testing::Test {
 protected:
  // An application that may use these scopes of the admin API, and a token with all of them.
  struct Deputy {
    Spine::Client client;
    std::string token;
  };
  Deputy deputy(std::vector<std::string> scopes) {
    Deputy made{spine.create_client("Deputy"), {}};
    spine.grant(made.client, admin_api(), std::move(scopes));
    made.token = spine.token(made.client, audience);
    return made;
  }
  std::string admin_api() { return spine.node().states.built_in_api()->id.text(); }
  Answer ask(const std::string& token, Method method, const std::string& path,
             const std::string& body = {}, std::vector<Header> headers = {}) {
    headers.push_back({"Authorization", "Bearer " + token});
    if (!body.empty()) headers.push_back({"Content-Type", "application/json"});
    return spine.send(method, "/api/v1" + path, std::move(headers), body);
  }
  // Asks for what waits until the position moves, then moves it with `end`.
  Answer ask_while(const Deputy& who, Method method, const std::string& path,
                   const std::string& body, const std::function<Answer()>& end) {
    const Header wait{"Optare-Min-Position", std::to_string(spine.node().states.position() + 1)};
    Answer answer;
    std::thread asking([&] { answer = ask(who.token, method, path, body, {wait}); });
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    EXPECT_LT(end().status, 300);
    asking.join();
    return answer;
  }

  Spine spine;
  const std::string audience = admin_api_identifier(Spine::issuer);
};

constexpr std::string_view new_application = R"({"name":"Backdoor","type":"m2m"})";

TEST_F(Authority, EndsWithTheTokenForARequestThatWaits) {
  const Deputy thief = deputy({"write:applications", "read:applications"});
  const std::string path = "/applications/" + thief.client.id;
  const auto end = [&] { return spine.admin(Method::post, path + "/revoke-tokens"); };
  const Answer made =
      ask_while(thief, Method::post, "/applications", std::string(new_application), end);
  EXPECT_EQ(made.status, 401) << made.body;
}

TEST_F(Authority, EndsWithTheGrantForARequestThatWaits) {
  const Deputy thief = deputy({"write:applications", "read:applications"});
  const std::string path = "/applications/" + thief.client.id + "/apis/" + admin_api();
  const auto end = [&] { return spine.admin(Method::delete_, path); };
  const Answer made =
      ask_while(thief, Method::post, "/applications", std::string(new_application), end);
  EXPECT_EQ(made.status, 401) << made.body;
}

TEST_F(Authority, EndsWithTheTokenForAReadThatWaits) {
  const Deputy thief = deputy({"read:applications"});
  const std::string path = "/applications/" + thief.client.id;
  const auto end = [&] { return spine.admin(Method::post, path + "/revoke-tokens"); };
  EXPECT_EQ(ask_while(thief, Method::get, "/applications", "", end).status, 401);
}

TEST_F(Authority, OverSecretsIsNoAuthorityOverAdministrators) {
  const Deputy rotator = deputy({"rotate:secrets"});
  const Answer refused =
      ask(rotator.token, Method::post, "/applications/" + spine.admin().id + "/rotate-secret");
  EXPECT_EQ(refused.status, 403) << refused.body;
  EXPECT_EQ(refused.member("type"), "urn:optare:problem:insufficient-scope");
  EXPECT_EQ(refused.member("client_secret"), "");
  EXPECT_EQ(spine.request_token(spine.admin(), audience).status, 200);
}

TEST_F(Authority, OverSecretsReachesApplicationsThatMayNoMore) {
  const Deputy rotator = deputy({"rotate:secrets"});
  const Deputy peer = deputy({"rotate:secrets"});
  for (const std::string& id : {spine.create_client("Cron").id, peer.client.id, rotator.client.id})
    EXPECT_EQ(ask(rotator.token, Method::post, "/applications/" + id + "/rotate-secret").status,
              200);
}

// Whoever holds a narrow token of an application does not get its credentials by it.
TEST_F(Authority, OfANarrowTokenDoesNotReachTheRestOfItsApplication) {
  const Deputy both = deputy({"rotate:secrets", "write:applications"});
  const std::string narrow = spine.token(both.client, audience, "&scope=rotate:secrets");
  const std::string path = "/applications/" + both.client.id + "/rotate-secret";
  EXPECT_EQ(ask(narrow, Method::post, path).status, 403);
  EXPECT_EQ(ask(both.token, Method::post, path).status, 200);
}

}  // namespace
}  // namespace optare
