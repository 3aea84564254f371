// /events, page by page (contracts.md B).
#include "api/admin/events.h"

#include <thread>

#include "api/admin/event_json.h"
#include "tests/admin/admin_api.h"
#include "tests/golden/sample_events.h"

namespace optare {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class Events : public AdminApi {
 protected:
  // All items from `after` on, page by page; each held against the schema of its type.
  std::vector<json::value> all(std::uint64_t after = 0, int limit = 200,
                               const std::string& partition = "control") {
    std::vector<json::value> items;
    for (std::string from = std::to_string(after);;) {
      const Answer page = ask(Method::get, fmt::format("/events?after={}&limit={}&partition={}",
                                                       from, limit, partition));
      EXPECT_EQ(page.status, 200);
      const json::value body = page.json();
      if (body.at("items").as_array().empty()) {
        EXPECT_EQ(page.member("next_cursor"), from);
        return items;
      }
      for (const json::value& item : body.at("items").as_array()) {
        items.push_back(item);
        const std::string type(item.at("type").as_string());
        EXPECT_THAT(OpenApi::of_product().schema_faults(type + "Data", item.at("data")), IsEmpty());
      }
      from = page.member("next_cursor");
      EXPECT_EQ(from, std::to_string(items.back().at("position").to_number<std::uint64_t>()));
    }
  }
  static std::vector<std::string> of(const std::vector<json::value>& items, const char* member) {
    std::vector<std::string> values;
    for (const json::value& item : items) values.emplace_back(item.at(member).as_string());
    return values;
  }
};

TEST_F(Events, BeginWithGenesis) {
  const auto items = all();
  EXPECT_THAT(of(items, "type"), ElementsAre("LogCreated", "SigningKeyPublished", "ApiRegistered",
                                             "ClientCreated", "ApiGranted"));
  EXPECT_THAT(of(items, "id"), ElementsAre("1.0", "1.1", "1.2", "1.3", "1.4"));
  for (const json::value& item : items) {
    EXPECT_EQ(item.at("position").as_int64(), 1);
    EXPECT_EQ(item.at("cause").as_string(), "Genesis");
    EXPECT_EQ(item.at("actor").at("type").as_string(), "system");
  }
}

TEST_F(Events, SayWhoDidWhatWhenAndWhy) {
  spine.advance(std::chrono::seconds(5));
  const std::uint64_t before = position();
  const Made made = make_application();
  ask(Method::delete_, made.path, R"({"reason":"retired"})");
  const auto items = all(before);
  ASSERT_EQ(items.size(), 2U);
  const json::value& created = items[0];
  EXPECT_EQ(created.at("type").as_string(), "ClientCreated");
  EXPECT_EQ(created.at("stream").as_string(), "application/" + made.id);
  EXPECT_EQ(created.at("version").as_int64(), 1);
  EXPECT_EQ(created.at("time").as_string(), rfc3339(spine.clock.wall()));
  EXPECT_EQ(created.at("actor").at("type").as_string(), "application");
  EXPECT_EQ(created.at("actor").at("id").as_string(), spine.admin().id);
  EXPECT_EQ(created.at("request_id").as_string(), "test-request");
  EXPECT_EQ(created.at("cause").as_string(), "CreateClient");
  EXPECT_EQ(created.at("data").at("name").as_string(), "Cron");
  EXPECT_EQ(created.at("data").at("secret_id").as_string(), made.secret_id);
  EXPECT_EQ(items[1].at("version").as_int64(), 2);
  EXPECT_EQ(items[1].at("data").at("reason").as_string(), "retired");
}

TEST_F(Events, AreThereForEverythingThatHappens) {
  const std::uint64_t before = position();
  const Made api = make_api();
  const Made made = make_application();
  const std::string of_api = made.path + "/apis/" + api.id;
  const std::string introspector = api.path + "/introspectors/" + made.id;
  ask(Method::patch, made.path, R"({"name":"Nightly"})");
  ask(Method::put, of_api, R"({"scopes":["read"]})");
  ask(Method::put, introspector);
  ask(Method::delete_, introspector);
  ask(Method::delete_, of_api);
  ask(Method::post, made.path + "/rotate-secret");
  ask(Method::delete_, made.path + "/secrets/" + made.secret_id);
  ask(Method::post, made.path + "/deactivate");
  ask(Method::post, made.path + "/activate");
  ask(Method::post, made.path + "/revoke-tokens");
  ask(Method::delete_, made.path);
  ask(Method::patch, api.path, R"({"name":"Baskets"})");
  ask(Method::delete_, api.path);
  ask(Method::post, "/keys/rotate", R"({"alg":"EdDSA"})");
  EXPECT_THAT(
      of(all(before), "type"),
      ElementsAre("ApiRegistered", "ClientCreated", "ClientRenamed", "ApiGranted",
                  "IntrospectorAllowed", "IntrospectorRemoved", "ApiGrantRevoked", "SecretRotated",
                  "SecretRevoked", "ClientDeactivated", "ClientActivated", "ClientTokensRevoked",
                  "ApplicationDeleted", "ApiUpdated", "ApiDeleted", "SigningKeyPublished"));
}

TEST_F(Events, AreThereForASecretThatEndedAndAKeyThatWasRevoked) {
  const Made made = make_application();
  ask(Method::post, made.path + "/rotate-secret");
  const std::uint64_t before = position();
  spine.advance(secret_overlap_default);
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (position() == before) {
    ASSERT_LT(std::chrono::steady_clock::now(), deadline) << "the secret's end is never recorded";
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  token = log_in();
  const std::string kid = listed(ask(Method::get, "/keys"), "kid").front();
  EXPECT_EQ(ask(Method::post, "/keys/" + kid + "/revoke", R"({"reason":"leaked"})").status, 200);
  token = log_in();
  const auto items = all(before);
  EXPECT_THAT(of(items, "type"),
              ElementsAre("SecretExpired", "SigningKeyRevoked", "SigningKeyPublished"));
  EXPECT_EQ(items[0].at("data").at("secret_id").as_string(), made.secret_id);
  EXPECT_EQ(items[0].at("actor").at("type").as_string(), "system");
  EXPECT_EQ(items[1].at("data").at("reason").as_string(), "leaked");
}

// Also those that nothing makes yet.
TEST(EventItems, OfEveryKindAreAsTheSchemaSays) {
  AcceptedCommit accepted{3, 7, samples::noon, samples::commit()};
  accepted.commit.writes = {{"any", 0, {}}};
  const std::vector<Event> every = samples::every_event();
  for (const Event& event : every) accepted.commit.writes[0].events.push_back(encode_event(event));
  const auto items = event_items(accepted);
  ASSERT_EQ(items.size(), every.size());
  ASSERT_EQ(items.size(), std::variant_size_v<Event>);
  for (std::size_t i = 0; i < items.size(); ++i) {
    const std::string type(event_name(every[i]));
    EXPECT_EQ(items[i].at("type").as_string(), type);
    EXPECT_THAT(OpenApi::of_product().schema_faults(type + "Data", items[i].at("data")), IsEmpty());
    EXPECT_THAT(OpenApi::of_product().schema_faults("Event", items[i]), IsEmpty()) << type;
  }
}

TEST_F(Events, NeverHoldASecretOrADigest) {
  const Made made = make_application();
  const Answer rotated = ask(Method::post, made.path + "/rotate-secret");
  const std::string body = ask(Method::get, "/events?limit=200").body;
  EXPECT_THAT(body, Not(HasSubstr("digest")));
  for (const std::string& secret : {made.secret, rotated.member("client_secret")}) {
    EXPECT_THAT(body, Not(HasSubstr(secret)));
    const auto digest = sha256(secret);
    EXPECT_THAT(body, Not(HasSubstr(hex(digest))));
    EXPECT_THAT(body, Not(HasSubstr(base64url(digest))));
  }
}

TEST_F(Events, ComeInPagesThatNeverSplitACommit) {
  const Made api = make_api();
  for (int i = 0; i < 3; ++i)
    make_application("Cron", fmt::format(R"(,"apis":[{{"api_id":"{}","scopes":[]}}])", api.id));
  const auto whole = all();
  for (const int limit : {1, 2, 3, 5, 6, 7}) {
    EXPECT_EQ(all(0, limit), whole) << limit;
    const Answer first = ask(Method::get, fmt::format("/events?limit={}", limit));
    // Genesis alone has five.
    EXPECT_EQ(first.json().at("items").as_array().size(), limit < 6 ? 5U : 6U) << limit;
  }
}

TEST_F(Events, ComeInPagesOfABoundedSize) {
  const Made api = make_api();
  const std::uint64_t before = position();
  constexpr std::size_t updates = 40;
  for (std::size_t i = 0; i < updates; ++i) {
    json::array scopes;
    for (int scope = 0; scope < 100; ++scope) {
      const std::string description(200, static_cast<char>('a' + i % 26));
      scopes.push_back({{"name", std::to_string(scope)}, {"description", description}});
    }
    const json::object body{{"scopes", std::move(scopes)}};
    ASSERT_EQ(ask(Method::patch, api.path, json::serialize(body)).status, 200);
  }
  const Answer first = ask(Method::get, fmt::format("/events?after={}&limit=200", before));
  EXPECT_LT(first.json().at("items").as_array().size(), updates);
  EXPECT_LT(first.body.size(), 2 * events_page_bytes_max);
  EXPECT_EQ(all(before).size(), updates);
}

TEST_F(Events, AreTheSameAfterARestart) {
  make_application();
  const auto before = all();
  spine.restart();
  EXPECT_EQ(all(), before);
}

TEST_F(Events, OfTokensAreInAPartitionOfTheirOwn) {
  const Made api = make_api();
  const Made made = make_application(
      "Cron", fmt::format(R"(,"apis":[{{"api_id":"{}","scopes":["read"]}}])", api.id));
  EXPECT_THAT(all(0, 200, "tokens-00"), IsEmpty());
  const std::string its = spine.token(made.client(), "https://api.myapp.com");
  const std::uint64_t before = position();
  EXPECT_EQ(spine.post_form("/oauth2/revoke", "token=" + its, {made.client().basic()}).status, 200);
  const auto revoked = all(0, 200, "tokens-00");
  EXPECT_THAT(of(revoked, "type"), ElementsAre("TokenRevoked"));
  EXPECT_EQ(revoked[0].at("position").as_int64(), 1);
  EXPECT_EQ(revoked[0].at("data").at("client_id").as_string(), made.id);
  // The header is the position of control, whatever the partition.
  EXPECT_EQ(ask(Method::get, "/events?partition=tokens-00").header("Optare-Position"),
            std::to_string(before));
}

TEST_F(Events, RefuseABadQuestion) {
  for (const std::string query :
       {"after=-1", "after=x", "after=9223372036854775808", "limit=0", "limit=201", "limit=x",
        "partition=tokens-01", "cursor=x", "after=1&after=2"}) {
    EXPECT_TRUE(refused(ask(Method::get, "/events?" + query), 400, "invalid")) << query;
  }
  EXPECT_THAT(all(9'223'372'036'854'775'807ULL), IsEmpty());
}

}  // namespace
}  // namespace optare
