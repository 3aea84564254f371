// Every path that honours a token or a client, tried in every condition of every principal that the
// token rests on: no path forgets one. What is expected follows from the liveness rule alone, so a
// path of its own opinion fails here.
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "core/oauth/liveness.h"
#include "tests/conformance/liveness_world.h"

namespace optare::conformance {
namespace {

// What a condition means: for the token, for the next token request, and for authentication.
struct Expected {
  bool alive = true;
  int request = 200;
  std::string error = {};
  int authentication = 200;
};

struct Condition {
  std::string name;
  Liveness reason;
  std::function<void(World&)> become;
  Expected expected;
  bool of_api = false;    // not of this application alone
  bool jwt_only = false;  // opaque tokens live on
  bool opaque_only = false;
};

const Expected dead{.alive = false};
const Expected no_client{
    .alive = false, .request = 401, .error = "invalid_client", .authentication = 401};
const Expected no_target{.alive = false, .request = 400, .error = "invalid_target"};
const Expected uncertain{.alive = false, .request = 503, .error = "temporarily_unavailable"};
const Expected uncertain_client{
    .alive = false, .request = 503, .error = "temporarily_unavailable", .authentication = 503};

std::vector<Condition> conditions_of_the_application() {
  return {
      {"application_renamed",
       Liveness::alive,
       [](World& w) { w.application(ClientRenamed{.name = "Other"}); },
       {}},
      {"application_deactivated", Liveness::application_inactive,
       [](World& w) { w.application(ClientDeactivated{}); }, no_client},
      {"application_deleted", Liveness::application_deleted,
       [](World& w) { w.application(ApplicationDeleted{}); }, no_client},
      {"application_reactivated", Liveness::application_moved,
       [](World& w) { w.application(ClientDeactivated{}), w.application(ClientActivated{}); },
       dead},
      {"application_tokens_revoked", Liveness::application_moved,
       [](World& w) { w.application(ClientTokensRevoked{}); }, dead},
      {"application_quarantined", Liveness::quarantined,
       [](World& w) { w.quarantine(application_stream(w.id())); }, uncertain_client},
      {"application_in_doubt", Liveness::quarantined,
       [](World& w) {
         Node& node = w.spine.node();
         node.states.doubt(application_stream(w.id()), node.log.now() + std::chrono::seconds(10));
       },
       uncertain_client},
      {"application_that_never_was", Liveness::application_unknown,
       [](World& w) {
         w.reissue([](AccessTokenClaims& c) { c.client_id = ClientId("srv_never"); });
       },
       dead},
  };
}

std::vector<Condition> conditions_of_the_api_and_grant() {
  return {
      {"api_deleted", Liveness::api_unknown, [](World& w) { w.api_event(ApiDeleted{}); }, no_target,
       true},
      {"api_registered_again", Liveness::api_moved,
       [](World& w) {
         const auto row = w.spine.node().states.api(w.api);
         w.api_event(ApiDeleted{});
         happened(w.spine, api_stream(ApiId(w.spine.node().random.id("api_"))),
                  ApiRegistered{.identifier = w.audience,
                                .name = "Again",
                                .scope_names = w.scopes,
                                .scope_descriptions = {"", ""},
                                .token_lifetime_ms = 3'600'000,
                                .token_format = row->token_format,
                                .built_in = row->built_in});
       },
       no_target, true},
      {"api_lost_a_scope", Liveness::api_moved,
       [](World& w) { w.change_scopes([&](auto& names) { std::erase(names, w.scopes[1]); }); },
       dead, true},
      {"api_gained_a_scope",
       Liveness::alive,
       [](World& w) { w.change_scopes([](auto& names) { names.push_back("another"); }); },
       {},
       true},
      {"api_quarantined", Liveness::quarantined, [](World& w) { w.quarantine(api_stream(w.api)); },
       uncertain, true},
      {"api_that_never_was", Liveness::api_unknown,
       [](World& w) { w.reissue([](AccessTokenClaims& c) { c.audience = "urn:never"; }); }, dead},
      {"grant_revoked", Liveness::grant_gone,
       [](World& w) { w.application(ApiGrantRevoked{.api_id = w.api.text()}); }, no_target},
      {"grant_lost_a_scope", Liveness::grant_moved, [](World& w) { w.grant({w.scopes[0]}); }, dead},
      {"grant_given_again", Liveness::grant_moved,
       [](World& w) {
         w.application(ApiGrantRevoked{.api_id = w.api.text()});
         w.grant(w.scopes);
       },
       dead},
      {"another_grant_gone",
       Liveness::alive,
       [](World& w) {
         const std::string other = w.spine.register_api("urn:other:" + w.app.id, {"read"});
         w.spine.grant(w.app, other, {"read"});
         w.application(ApiGrantRevoked{.api_id = other});
       },
       {}},
  };
}

std::vector<Condition> conditions_of_the_token_and_its_key() {
  return {
      {"nothing", Liveness::alive, [](World&) {}, {}},
      {"token_revoked", Liveness::token_revoked,
       [](World& w) {
         const AccessTokenClaims claims = w.claims();
         happened(
             w.spine, revocation_stream(claims.jti),
             TokenRevoked{.client_id = w.app.id, .token_expires_at = claims.expires_at * 1000});
       },
       dead},
      {"revocation_quarantined", Liveness::quarantined,
       [](World& w) { w.quarantine(revocation_stream(w.claims().jti)); }, dead},
      {"token_expired", Liveness::expired, [](World& w) { w.spine.advance(std::chrono::hours(1)); },
       dead},
      {"token_of_the_future", Liveness::not_yet_valid,
       [](World& w) {
         w.reissue([](AccessTokenClaims& c) { c.issued_at += 120, c.expires_at += 120; });
       },
       dead},
      {"key_revoked", Liveness::key_revoked,
       [](World& w) { happened(w.spine, signing_key_stream(w.key), SigningKeyRevoked{}); }, dead,
       false, true},
      {"key_replaced", Liveness::alive, [](World& w) { w.publish_key(); }, {}},
      {"key_quarantined", Liveness::quarantined,
       [](World& w) { w.quarantine(signing_key_stream(w.key)); }, uncertain, false, true},
      {"key_younger_than_the_token", Liveness::key_moved,
       [](World& w) { w.reissue([](AccessTokenClaims& c) { --c.v; }); }, dead, false, true},
      {"fleet_key_quarantined", Liveness::quarantined,
       [](World& w) { w.quarantine(std::string(system_stream)); }, uncertain, false, false, true},
  };
}

std::vector<Condition> all_conditions() {
  std::vector<Condition> all = conditions_of_the_token_and_its_key();
  for (auto more : {conditions_of_the_application(), conditions_of_the_api_and_grant()})
    all.insert(all.end(), more.begin(), more.end());
  return all;
}

// What the token means to a condition's expectation: for a JWT of either API, or an opaque token.
Expected expected_for(const Condition& condition, Target target) {
  const bool untouched = target == Target::opaque ? condition.jwt_only : condition.opaque_only;
  return untouched ? Expected{} : condition.expected;
}

// Takes the first bytes that come, if any do.
class FirstBytes final : public EventSink {
 public:
  Task<bool> send(std::string bytes) override {
    taken_ = !bytes.empty();
    co_return true;
  }
  bool stopping() const override { return taken_; }
  Task<bool> wait(Duration) override { co_return false; }

 private:
  bool taken_ = false;
};

Task<bool> says_something(const Stream& stream) {
  FirstBytes sink;
  co_await stream(sink);
  co_return sink.stopping();
}

std::string form_of_token(const std::string& token) { return "token=" + token; }

// "active", "inactive", or the status of a refusal.
std::string introspected(World& world, const Spine::Client& caller) {
  const Answer answer =
      world.spine.post_form("/oauth2/introspect", form_of_token(world.token), {caller.basic()});
  if (answer.status != 200) return std::to_string(answer.status);
  if (answer.member("active") != "true") {
    EXPECT_EQ(answer.body, R"({"active":false})");
    return "inactive";
  }
  return "active";
}

void expect_on_every_path(World& world, const Expected& expected) {
  const std::string seen = expected.alive ? "active" : "inactive";
  if (world.target != Target::admin)
    EXPECT_EQ(introspected(world, world.introspector), seen) << "by the API's introspector";
  EXPECT_EQ(introspected(world, world.app),
            expected.authentication == 200 ? seen : std::to_string(expected.authentication))
      << "by its own client";
  if (world.target == Target::admin) {
    EXPECT_EQ(world.spine.get("/api/v1/applications", {world.bearer()}).status,
              expected.alive ? 200 : 401)
        << "as a bearer token";
    if (world.tail)
      EXPECT_EQ(world.spine.run_task(says_something(world.tail)), expected.alive) << "a live tail";
  }
  const Answer request = world.spine.request_token(world.app, world.audience);
  EXPECT_EQ(request.status, expected.request) << "the next token: " << request.body;
  EXPECT_EQ(request.member("error"), expected.error);
  for (const char* path : {"/oauth2/introspect", "/oauth2/revoke"}) {
    EXPECT_EQ(world.spine.post_form(path, "token=nonsense", {world.app.basic()}).status,
              expected.authentication)
        << "authentication at " << path;
  }
}

class LivenessTable : public testing::TestWithParam<Target> {};
std::string name_of(const testing::TestParamInfo<Target>& info) {
  constexpr std::array names{"Jwt", "Opaque", "AdminApi"};
  return names[static_cast<std::size_t>(info.param)];
}
INSTANTIATE_TEST_SUITE_P(Targets, LivenessTable,
                         testing::Values(Target::jwt, Target::opaque, Target::admin), name_of);

TEST_P(LivenessTable, EveryPathHeedsEveryPrincipal) {
  auto shared = std::make_unique<Spine>();
  for (const Condition& condition : all_conditions()) {
    SCOPED_TRACE(condition.name);
    World world(*shared, GetParam());
    // Asked before, so that whatever is cached is.
    expect_on_every_path(world, {});
    world.open_tail();
    condition.become(world);
    const Expected expected = expected_for(condition, GetParam());
    const auto facts = gather(*world.verified(), world.spine.node().states);
    EXPECT_EQ(liveness_name(alive(facts, world.spine.node().log.now())),
              liveness_name(expected.alive ? Liveness::alive : condition.reason));
    expect_on_every_path(world, expected);
    // The admin API is everybody's, and so is the fleet key.
    if ((condition.of_api && GetParam() == Target::admin) || condition.opaque_only)
      shared = std::make_unique<Spine>();
  }
}

// Liveness::key_unknown, as far as it can come to a path: what signed or sealed such a token is not
// in the view, so it is not even verified. A key that is there does not go (no event takes it
// away), and no event names another fleet key; what the rule says to that is tested with the rule.
TEST_P(LivenessTable, ATokenOfAnUnknownKeyIsDeadOnEveryPath) {
  Spine spine;
  World world(spine, GetParam());
  world.forge();
  EXPECT_FALSE(spine.composition().services.tokens.read(world.token));
  expect_on_every_path(world, dead);
}

TEST(LivenessRule, EveryReasonHasACondition) {
  std::set<Liveness> tried;
  for (const Condition& condition : all_conditions()) tried.insert(condition.reason);
  // ATokenOfAnUnknownKeyIsDeadOnEveryPath.
  tried.insert(Liveness::key_unknown);
  for (int reason = 0; reason <= std::to_underlying(Liveness::key_moved); ++reason)
    EXPECT_TRUE(tried.contains(static_cast<Liveness>(reason)))
        << liveness_name(static_cast<Liveness>(reason));
}

// Whoever adds a path finds it here: it asks who is asking, or it is named as open.
TEST(LivenessRule, EveryRouteOfTheProductAsksIt) {
  const std::set<std::string> open{"/oauth2/jwks", "/.well-known/oauth-authorization-server",
                                   "/.well-known/openid-configuration"};
  Spine spine;
  const Spine::Client app = spine.create_client();
  const auto admin_api = spine.node().states.built_in_api();
  spine.grant(app, admin_api->id.text(), admin_scope_names());
  const std::string token = spine.token(app, admin_api->identifier);

  // The status of each route but the open ones: with the token, and with the credentials.
  const auto statuses = [&] {
    std::map<std::string, std::pair<int, int>> all;
    for (const Route& route : spine.composition().routes.routes()) {
      if (open.contains(route.pattern)) continue;
      std::string path = route.pattern;
      for (auto brace = path.find('{'); brace != path.npos; brace = path.find('{'))
        path.replace(brace, path.find('}') - brace + 1, "none");
      const Header form{"Content-Type", "application/x-www-form-urlencoded"};
      const auto ask = [&](const Header& who) {
        return spine.send(route.method, path, {who, form}, "grant_type=client_credentials&token=x")
            .status;
      };
      all[std::string(text(route.method)) + ' ' + route.pattern] = {
          ask({"Authorization", "Bearer " + token}), ask(app.basic())};
    }
    return all;
  };
  const auto before = statuses();
  EXPECT_GT(before.size(), 25U);
  for (const auto& [route, status] : before)
    EXPECT_TRUE((status.first == 401) != (status.second == 401))
        << route << " takes a token or credentials: " << status.first << ' ' << status.second;
  happened(spine, application_stream(ClientId(app.id)), ClientDeactivated{});
  for (const auto& [route, status] : statuses()) EXPECT_EQ(status, std::pair(401, 401)) << route;
}

}  // namespace
}  // namespace optare::conformance
