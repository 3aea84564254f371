// The product's routes over folded state in memory, on one thread: what happened is told by facts,
// and each part that can fail can be made to.
#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "api/http/json_body.h"
#include "api/routes.h"
#include "core/issuance/reader.h"
#include "core/memory/memory_log.h"
#include "core/memory/memory_store.h"
#include "core/memory/memory_vault.h"
#include "core/oauth/client_secret.h"
#include "core/openssl/random.h"
#include "core/openssl/signing_keys.h"
#include "projections/journal.h"
#include "tests/support/facts.h"
#include "tests/support/fake_clock.h"
#include "tests/support/held_log.h"
#include "tests/support/memory_states.h"

namespace optare {

// Decides, and it has happened; or the log says no.
class DirectRunner final : public CommandRunner {
 public:
  DirectRunner(MemoryStates& states, const EventLog& log) : states_(states), log_(log) {}

  Task<Result<Committed>> run(Request request, CommandOrigin origin) override {
    if (refusal) co_return reject(*refusal, "the log says no");
    last_origin = origin;
    CO_TRY(const Decision decision, request.decide({log_.now(), origin.actor}));
    if (!decision.nothing()) {
      ++commits;
      CO_TRY_VOID(states_.apply(decision, log_.now()));
    }
    co_return Committed{};
  }
  const States& states() const override { return states_; }

  std::optional<Code> refusal;
  CommandOrigin last_origin;
  int commits = 0;

 private:
  MemoryStates& states_;
  const EventLog& log_;
};

// Random bytes, and something that happens just when they are asked for.
class InterruptedRandom final : public Random {
 public:
  void fill(std::span<std::uint8_t> out) override {
    if (const auto now = interruption) now();  // A copy: it may end itself.
    random_.fill(out);
  }
  std::function<void()> interruption;

 private:
  SystemRandom random_;
};

using FormPairs = std::vector<std::pair<std::string, std::string>>;

inline std::string form_encoded(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0)
      out += c;
    else
      out += '%', out += hex({&byte, 1});
  }
  return out;
}

inline std::string form_encoded(const FormPairs& pairs) {
  std::string out;
  for (const auto& [name, value] : pairs) {
    if (!out.empty()) out += '&';
    out += form_encoded(name) + '=' + form_encoded(value);
  }
  return out;
}

// An application's id and secret.
struct Credentials {
  std::string id;
  std::string secret;
  std::string basic() const {
    return "Basic " + base64(bytes_of(form_encoded(id) + ':' + form_encoded(secret)));
  }
};

class EndpointFixture {
 public:
  explicit EndpointFixture(std::string issuer = facts::issuer) : issuer_(std::move(issuer)) {
    happened({std::string(system_stream), LogCreated{.log_id = std::vector<std::uint8_t>(16, 7),
                                                     .issuer = issuer_,
                                                     .fleet_key_id = 1}});
    services = std::make_unique<Services>(foundation());
    table = std::make_unique<RouteTable>(product_routes(*services));
  }

  // Another second, another fact.
  void happened(const facts::Fact& fact) {
    clock.advance(std::chrono::seconds(1));
    const auto applied = states.apply(fact.stream, fact.event, clock.wall());
    if (!applied) throw std::logic_error(applied.error().detail);
  }
  void publish_key(const std::string& kid, SigningAlgorithm alg = SigningAlgorithm::ES256,
                   Duration delay = Duration::zero()) {
    const NewKeyPair pair = signing_keys.generate(alg);
    vault.put(signing_key_secret_name(KeyId(kid)), pair.private_key);
    happened(
        {signing_key_stream(KeyId(kid)),
         SigningKeyPublished{.alg = alg,
                             .public_key = {pair.public_key.begin(), pair.public_key.end()},
                             .activation_delay_ms = static_cast<std::uint64_t>(delay.count())}});
  }
  // Its first secret is "sec_1".
  Credentials create_application(const std::string& id) {
    const Secret secret = generate_client_secret(random);
    const std::string digest = client_secret_digest(secret.reveal());
    happened({application_stream(ClientId(id)),
              ClientCreated{.type = ClientType::m2m,
                            .name = id,
                            .secret_id = "sec_1",
                            .secret_digest = {digest.begin(), digest.end()}}});
    return {id, std::string(secret.reveal())};
  }
  void register_api(const std::string& id, const std::string& identifier,
                    std::vector<std::string> scopes, TokenFormat format = TokenFormat::jwt,
                    bool built_in = false) {
    std::vector<std::string> descriptions(scopes.size());
    happened({api_stream(ApiId(id)), ApiRegistered{.identifier = identifier,
                                                   .name = id,
                                                   .scope_names = std::move(scopes),
                                                   .scope_descriptions = std::move(descriptions),
                                                   .token_lifetime_ms = 3'600'000,
                                                   .token_format = format,
                                                   .built_in = built_in}});
  }

  // Answers when nothing is left to do. What the spool is asked meanwhile becomes `spool_outcome`.
  Response ask(Request request) {
    boost::asio::io_context io;
    std::optional<Response> response;
    boost::asio::co_spawn(io, table->dispatch(request),
                          [&](const std::exception_ptr& failure, Response answer) {
                            if (failure) std::rethrow_exception(failure);
                            response = std::move(answer);
                          });
    io.poll();
    while (spool_log.held() > 0) {
      if (response) throw std::logic_error("answered before the record was durable");
      if (before_sync) before_sync();
      if (spool_outcome)
        spool_log.refuse(*spool_outcome);
      else
        spool_log.release();
      io.restart();
      io.poll();
    }
    if (!response) throw std::logic_error("no answer");
    return *std::move(response);
  }
  Response get(std::string path) {
    Request request;
    request.path = std::move(path);
    return ask(std::move(request));
  }
  static Request form_request(std::string path, const FormPairs& form,
                              const std::optional<Credentials>& basic = {}) {
    Request request;
    request.method = Method::post;
    request.path = std::move(path);
    request.headers = {{"Content-Type", "application/x-www-form-urlencoded"}};
    if (basic) request.headers.push_back({"Authorization", basic->basic()});
    request.body = form_encoded(form);
    request.remote_address = "192.0.2.7";
    request.request_id = "req-1";
    return request;
  }
  // `basic`: authenticates with client_secret_basic.
  Response post(std::string path, const FormPairs& form,
                const std::optional<Credentials>& basic = {}) {
    return ask(form_request(std::move(path), form, basic));
  }
  Response ask_token(const Credentials& client, FormPairs more = {}) {
    more.insert(more.begin(), {"grant_type", "client_credentials"});
    return post("/oauth2/token", more, client);
  }
  // Throws when none is issued.
  std::string token(const Credentials& client, FormPairs more = {}) {
    const Response response = ask_token(client, std::move(more));
    if (response.status != 200) throw std::logic_error(response.body);
    return std::string(body_of(response).at("access_token").as_string());
  }
  static boost::json::object body_of(const Response& response) {
    return parse_json(response.body).value().as_object();
  }
  std::vector<std::unique_ptr<schema::IssuedTokenT>> recorded() {
    std::vector<std::unique_ptr<schema::IssuedTokenT>> all;
    IssuanceReader reader(spool_memory);
    for (auto batch = reader.next(); batch.value(); batch = reader.next())
      for (auto& token : (*batch)->tokens) all.push_back(std::move(token));
    return all;
  }

  FakeClock clock{facts::start};
  MemoryStates states;
  MemoryLog log{clock};
  MemoryLog spool_memory{clock};
  HeldLog spool_log{spool_memory};
  std::optional<Append> spool_outcome;
  std::function<void()> before_sync;
  MemoryStore store;
  MemoryVault vault;
  InterruptedRandom random;
  OpensslSigningKeys signing_keys;
  LastUsed last_used;
  DirectRunner runner{states, log};
  ThrottleLimits throttle_limits;
  struct FailedAuthentication {
    std::string client, reason;
  };
  std::vector<FailedAuthentication> failed_authentications;
  std::unique_ptr<Services> services;
  std::unique_ptr<RouteTable> table;

 private:
  Foundation foundation() {
    return {.states = states,
            .runner = runner,
            .accepted = journal_,
            .log = log,
            .store = store,
            .spool = spool_,
            .last_used = last_used,
            .signing_keys = signing_keys,
            .vault = vault,
            .random = random,
            .clock = clock,
            .fleet_key = fleet_key_,
            .log_id = {},
            .issuer = issuer_,
            .throttle_limits = throttle_limits,
            .authentication_failed = [this](std::string_view client, std::string_view reason,
                                            std::string_view) {
              failed_authentications.push_back({std::string(client), std::string(reason)});
            }};
  }

  std::string issuer_;
  Journal journal_{store, log};
  IssuanceSpool spool_{spool_log, "node", StartId{1}};
  FleetKey fleet_key_{1, Secret(std::string(fleet_key_bytes, 'f'))};
};

}  // namespace optare
