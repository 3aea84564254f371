// Deleting an application, and every token of it with that, costs the same however many tokens
// live: counted work, not time.
#include <gtest/gtest.h>

#include "api/routes.h"
#include "core/memory/memory_vault.h"
#include "core/oauth/client_secret.h"
#include "core/openssl/signing_keys.h"
#include "tests/support/endpoint_fixture.h"
#include "tests/support/small_node.h"

namespace optare {
namespace {

// The product over one node in memory, with an administrator and an application that gets tokens.
class Product {
 public:
  Product() {
    const NewKeyPair pair = signing_keys_.generate(SigningAlgorithm::ES256);
    vault_.put(signing_key_secret_name(KeyId("key_1")), pair.private_key);
    EXPECT_TRUE(node.commit(
        decide_genesis({.log_id = deployment.log_id,
                        .issuer = facts::issuer,
                        .fleet_key_id = 1,
                        .key = {KeyId("key_1"), SigningAlgorithm::ES256, pair.public_key},
                        .admin_api = ApiId("api_admin"),
                        .administrator = ClientId("srv_admin"),
                        .secret = {SecretId("sec_admin"), client_secret_digest("sk_admin")}})));
    services_ = std::make_unique<Services>(foundation());
    table_ = std::make_unique<RouteTable>(product_routes(*services_));
    admin_token = token({"srv_admin", "sk_admin"});
  }

  Response ask(Request request) {
    std::optional<Response> response;
    boost::asio::co_spawn(node.context, table_->dispatch(request),
                          [&](const std::exception_ptr& fault, Response answer) {
                            if (fault) std::rethrow_exception(fault);
                            response = std::move(answer);
                          });
    node.settle();
    return response.value();
  }
  Response administer(Method method, std::string path, std::string body = {}) {
    Request request;
    request.method = method;
    request.path = std::move(path);
    request.headers = {{"Authorization", "Bearer " + admin_token},
                       {"Content-Type", "application/json"}};
    request.body = std::move(body);
    return ask(std::move(request));
  }
  std::string token(const Credentials& client) {
    return text_of(ask(EndpointFixture::form_request(
                       "/oauth2/token", {{"grant_type", "client_credentials"}}, client)),
                   "access_token");
  }
  std::string introspected(const std::string& text, const Credentials& caller) {
    return ask(EndpointFixture::form_request("/oauth2/introspect", {{"token", text}}, caller)).body;
  }
  static std::string text_of(const Response& response, const char* member) {
    const auto body = EndpointFixture::body_of(response);
    const auto* const value = body.if_contains(member);
    EXPECT_NE(value, nullptr) << response.body;
    return value != nullptr ? std::string(value->as_string()) : "";
  }

  Deployment deployment;
  SmallNode node{deployment};
  MemoryLog spool_log{deployment.clock};
  std::string admin_token;

 private:
  Foundation foundation() {
    return {.states = node.states,
            .runner = node.runner,
            .accepted = node.journal,
            .log = deployment.log,
            .store = node.store,
            .spool = spool_,
            .last_used = last_used_,
            .signing_keys = signing_keys_,
            .vault = vault_,
            .random = deployment.random,
            .clock = deployment.clock,
            .fleet_key = fleet_key_,
            .log_id = deployment.log_id,
            .issuer = facts::issuer};
  }

  OpensslSigningKeys signing_keys_;
  MemoryVault vault_;
  IssuanceSpool spool_{spool_log, "node_1", StartId{1}};
  LastUsed last_used_;
  FleetKey fleet_key_ = test_fleet_key();
  std::unique_ptr<Services> services_;
  std::unique_ptr<RouteTable> table_;
};

struct Cost {
  CountedStore::Work store;
  std::uint64_t log_records = 0;
  std::uint64_t spool_records = 0;
  bool operator==(const Cost&) const = default;
};
void PrintTo(const Cost& cost, std::ostream* out) {
  *out << cost.store.rows_read << " read, " << cost.store.rows_scanned << " scanned, "
       << cost.store.rows_written << " written (" << cost.store.bytes_written << " bytes), "
       << cost.log_records << " records";
}

// Of the deletion of an application with so many live tokens.
Cost cost_of_deleting(int tokens, const std::string& format) {
  Product product;
  const Response api = product.administer(
      Method::post, "/api/v1/apis",
      R"({"identifier":"urn:orders","name":"Orders","scopes":[{"name":"read","description":""}],)"
      R"("token_format":")" +
          format + "\"}");
  const std::string api_id = Product::text_of(api, "api_id");
  const auto create = [&](const std::string& name) {
    const Response created =
        product.administer(Method::post, "/api/v1/applications",
                           R"({"name":")" + name + R"(","type":"m2m","apis":[{"api_id":")" +
                               api_id + R"(","scopes":["read"]}]})");
    return Credentials{Product::text_of(created, "client_id"),
                       Product::text_of(created, "client_secret")};
  };
  const Credentials cron = create("Cron"), gateway = create("Gateway");
  EXPECT_EQ(
      product.administer(Method::put, "/api/v1/apis/" + api_id + "/introspectors/" + gateway.id)
          .status,
      200);
  std::vector<std::string> alive;
  for (int i = 0; i < tokens; ++i) alive.push_back(product.token(cron));
  EXPECT_NE(product.introspected(alive.front(), gateway), R"({"active":false})");

  product.node.store.forget_work();
  const std::uint64_t log_end = product.deployment.log.end(Partition::control) +
                                product.deployment.log.end(Partition::tokens_00);
  const std::uint64_t spool_end = product.spool_log.end(issuance_partition);
  EXPECT_EQ(product.administer(Method::delete_, "/api/v1/applications/" + cron.id).status, 200);
  const Cost cost{product.node.store.work(),
                  product.deployment.log.end(Partition::control) +
                      product.deployment.log.end(Partition::tokens_00) - log_end,
                  product.spool_log.end(issuance_partition) - spool_end};
  for (const std::string& token : alive)
    EXPECT_EQ(product.introspected(token, gateway), R"({"active":false})");
  return cost;
}

TEST(DeletingAnApplication, CostsTheSameForTenTokensAndForAThousand) {
  for (const char* format : {"jwt", "opaque"}) {
    const Cost ten = cost_of_deleting(10, format);
    EXPECT_EQ(ten, cost_of_deleting(1000, format));
    EXPECT_EQ(ten.log_records, 1U);
    EXPECT_EQ(ten.spool_records, 0U);
    EXPECT_GT(ten.store.rows_written, 0U);
    EXPECT_LT(ten.store.rows_read + ten.store.rows_scanned + ten.store.rows_written, 40U);
  }
}

}  // namespace
}  // namespace optare
