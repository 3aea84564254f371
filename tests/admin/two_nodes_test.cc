// The admin API of two nodes over one log: what one was told, the other knows (design D6).
#include <boost/asio/co_spawn.hpp>

#include "api/oauth/barrier.h"
#include "api/oauth/token_signers.h"
#include "api/routes.h"
#include "core/memory/memory_vault.h"
#include "core/oauth/client_secret.h"
#include "core/openssl/signing_keys.h"
#include "tests/admin/admin_api.h"
#include "tests/support/small_node.h"

namespace optare {
namespace {

// A node that speaks. It looks at the log when it is told to.
class SpeakingNode {
 public:
  SpeakingNode(Deployment& deployment, Vault& vault, const std::string& name)
      : node(deployment, nullptr, name),
        deployment_(deployment),
        spool_log_(deployment.clock),
        spool_(spool_log_, name, StartId{1}),
        services_({.states = node.states,
                   .runner = node.runner,
                   .accepted = node.journal,
                   .log = deployment.log,
                   .store = node.store,
                   .spool = spool_,
                   .last_used = last_used_,
                   .signing_keys = signing_keys_,
                   .vault = vault,
                   .random = deployment.random,
                   .clock = deployment.clock,
                   .fleet_key = fleet_key_,
                   .log_id = deployment.log_id,
                   .issuer = std::string(Spine::issuer)}),
        routes_(product_routes(services_)) {}

  using Answering = std::shared_ptr<std::optional<Answer>>;
  // Begins, and goes as far as it can without the log.
  Answering begin(Request request) {
    auto answer = std::make_shared<std::optional<Answer>>();
    const auto kept = std::make_shared<Request>(std::move(request));
    boost::asio::co_spawn(node.context, routes_.dispatch(*kept),
                          [answer, kept](const std::exception_ptr& fault, Response response) {
                            if (fault) std::rethrow_exception(fault);
                            *answer = Answer{response.status, response.headers, response.body,
                                             response.stream};
                          });
    node.context.restart();
    node.context.poll();
    return answer;
  }
  Answer ask(Request request) {
    const Answering answer = begin(std::move(request));
    node.settle();
    if (!*answer) {  // A lost race: it waits a moment before it decides again.
      deployment_.clock.advance(std::chrono::milliseconds(100));
      node.settle();
    }
    return answer->value();
  }

  SmallNode node;

 private:
  Deployment& deployment_;
  MemoryLog spool_log_;
  IssuanceSpool spool_;
  LastUsed last_used_;
  OpensslSigningKeys signing_keys_;
  FleetKey fleet_key_ = test_fleet_key();
  Services services_;
  RouteTable routes_;
};

class TwoNodes : public ::testing::Test {
 protected:
  TwoNodes() {
    const NewKeyPair pair = OpensslSigningKeys().generate(SigningAlgorithm::ES256);
    const KeyId kid("key_1");
    vault.put(signing_key_secret_name(kid), pair.private_key);
    const Secret secret = generate_client_secret(deployment.random);
    Genesis genesis;
    genesis.log_id = deployment.log_id;
    genesis.issuer = Spine::issuer;
    genesis.fleet_key_id = 1;
    genesis.key = {kid, SigningAlgorithm::ES256, pair.public_key};
    genesis.admin_api = ApiId("api_admin");
    genesis.administrator = ClientId("srv_admin");
    genesis.secret = {SecretId("sec_1"), client_secret_digest(secret.reveal())};
    EXPECT_TRUE(one.node.commit(decide_genesis(genesis)));
    two.node.settle();
    token = one.ask(token_request({"srv_admin", std::string(secret.reveal()), "sec_1"}))
                .member("access_token");
  }

  static Request token_request(const Spine::Client& client) {
    Request request;
    request.method = Method::post;
    request.path = "/oauth2/token";
    request.headers = {client.basic(), {"Content-Type", "application/x-www-form-urlencoded"}};
    request.body = "grant_type=client_credentials";
    return request;
  }
  Request request(Method method, std::string_view path, std::string body = {},
                  std::vector<Header> headers = {}) const {
    Request asked;
    asked.method = method;
    asked.path = std::string(admin_root).append(path);
    asked.headers = std::move(headers);
    asked.headers.push_back({"Authorization", "Bearer " + token});
    if (!body.empty()) asked.headers.push_back({"Content-Type", "application/json"});
    asked.body = std::move(body);
    return asked;
  }
  std::string create_on_one() {
    return one.ask(request(Method::post, "/applications", R"({"name":"Cron","type":"m2m"})"))
        .member("client_id");
  }

  Deployment deployment;
  MemoryVault vault;
  SpeakingNode one{deployment, vault, "node_1"};
  SpeakingNode two{deployment, vault, "node_2"};
  std::string token;
};

TEST_F(TwoNodes, FindWhatTheOtherHasJustMade) {
  for (const std::string below : {"", "/apis"}) {
    const std::string id = create_on_one();
    ASSERT_EQ(two.node.states.application(ClientId(id)), nullptr);
    const Answer shown = two.ask(request(Method::get, "/applications/" + id + below));
    EXPECT_EQ(shown.status, 200) << shown.body;
  }
}

TEST_F(TwoNodes, GrantWhatTheOtherHasJustRegistered) {
  EXPECT_EQ(
      one.ask(request(Method::post, "/apis", R"({"identifier":"urn:new","name":"New"})")).status,
      201);
  const Answer made = two.ask(
      request(Method::post, "/applications",
              R"({"name":"A","type":"m2m","apis":[{"identifier":"urn:new","scopes":[]}]})"));
  EXPECT_EQ(made.status, 201) << made.body;
}

TEST_F(TwoNodes, LetAnAdministratorGoWhenTheOtherHasJustMadeOne) {
  EXPECT_EQ(
      one
          .ask(request(
              Method::post, "/applications",
              R"({"name":"B","type":"m2m","apis":[{"api_id":"api_admin","scopes":["write:applications"]}]})"))
          .status,
      201);
  EXPECT_EQ(two.ask(request(Method::delete_, "/applications/srv_admin")).status, 200);
}

TEST_F(TwoNodes, SayThatTheyAreBehindRatherThanThatItIsAbsent) {
  const std::string id = create_on_one();
  const auto answering = two.begin(request(Method::get, "/applications/" + id));
  EXPECT_FALSE(*answering);
  deployment.clock.advance(LiveStatesOptions().absence_patience);
  two.node.follower->tick();
  two.node.context.restart();
  two.node.context.poll();
  ASSERT_TRUE(*answering);
  EXPECT_TRUE(refused(**answering, 503, "not-fresh"));
  EXPECT_TRUE(refused(two.ask(request(Method::get, "/applications/srv_none")), 404, "not-found"));
}

TEST_F(TwoNodes, FindTheFirstOutcomeOfARepeat) {
  const std::vector<Header> key{{"Idempotency-Key", "key-1"}};
  const std::string body = R"({"name":"Cron","type":"m2m"})";
  const Answer first = one.ask(request(Method::post, "/applications", body, key));
  ASSERT_EQ(first.status, 201);
  // The second node decides anew, its commit is void, and it sees why.
  const Answer again = two.ask(request(Method::post, "/applications", body, key));
  EXPECT_EQ(again.status, 201) << again.body;
  EXPECT_EQ(again.header("Idempotency-Replayed"), "true");
  EXPECT_EQ(again.member("client_id"), first.member("client_id"));
  EXPECT_EQ(again.member("secret_id"), first.member("secret_id"));
  EXPECT_EQ(again.member("client_secret"), "");
  EXPECT_EQ(again.header("Location"), first.header("Location"));
}

TEST_F(TwoNodes, HonourIfMatchAgainstEachOther) {
  const std::string path = "/applications/" + create_on_one();
  two.node.settle();
  const std::vector<Header> first_version{{"If-Match", "\"1\""}};
  EXPECT_EQ(one.ask(request(Method::patch, path, R"({"name":"A"})", first_version)).header("ETag"),
            "\"2\"");
  EXPECT_TRUE(refused(two.ask(request(Method::patch, path, R"({"name":"B"})", first_version)), 412,
                      "precondition-failed"));
  EXPECT_EQ(one.ask(request(Method::get, path)).member("name"), "A");
}

TEST_F(TwoNodes, ReadTheirOwnWritesFromEachOther) {
  const Answer made =
      one.ask(request(Method::post, "/applications", R"({"name":"Cron","type":"m2m"})"));
  const auto listing = two.begin(request(
      Method::get, "/applications", "", {{"Optare-Min-Position", made.header("Optare-Position")}}));
  EXPECT_FALSE(*listing);
  two.node.settle();
  ASSERT_TRUE(*listing);
  EXPECT_NE((*listing)->body.find(made.member("client_id")), std::string::npos);
}

}  // namespace
}  // namespace optare
