// A token and all that it rests on, each of which a test may change or take away.
#pragma once

#include <gtest/gtest.h>

#include "tests/support/spine.h"

namespace optare::conformance {

enum class Target : std::uint8_t { jwt, opaque, admin };  // the API that the token is for

// An event that happened, whatever a command would have decided: also those that none decides.
inline void happened(Spine& spine, const std::string& stream, const Event& event) {
  const Partition partition = stream.starts_with("00/") ? Partition::tokens_00 : Partition::control;
  CommandRunner::Request request;
  request.name = "Test";
  request.subject = stream;
  request.decide = [&](const CommandContext&) -> Result<Decision> {
    Decision decision =
        write(stream, spine.node().states.stream_version(partition, stream), {event});
    decision.partition = partition;
    return decision;
  };
  CommandOrigin origin;
  origin.actor = {ActorType::system, "test"};
  const auto done = spine.run_task(spine.node().runner.run(std::move(request), std::move(origin)));
  ASSERT_TRUE(done) << done.error().detail;
}

// An application with a token, and all that the token rests on, none of it shared with others.
struct World {
  Spine& spine;
  Target target;
  Spine::Client app, introspector;
  ApiId api;
  std::string audience;
  std::vector<std::string> scopes;
  KeyId key;
  std::string token;
  Stream tail;  // of the admin API's events, opened with the token

  World(Spine& spine_of, Target target_of) : spine(spine_of), target(target_of) {
    app = spine.create_client();
    introspector = spine.create_client("Introspector");
    if (target == Target::admin) {
      const auto built_in = spine.node().states.built_in_api();
      api = built_in->id;
      audience = built_in->identifier;
      scopes = {"read:applications", "read:events"};
    } else {
      audience = "https://api.example/" + app.id;
      scopes = {"read", "write"};
      api = ApiId(spine.register_api(
          audience, scopes, target == Target::jwt ? TokenFormat::jwt : TokenFormat::opaque));
      happened(spine, api_stream(api), IntrospectorAllowed{.client_id = introspector.id});
    }
    spine.grant(app, api.text(), scopes);
    publish_key();  // Last: a view before it holds everything else.
    token = spine.token(app, audience);
    open_tail();
  }

  void open_tail() {
    if (target != Target::admin) return;
    tail = spine.get("/api/v1/events", {bearer(), {"Accept", "text/event-stream"}}).stream;
    ASSERT_TRUE(tail);
  }

  void publish_key() {
    Node& node = spine.node();
    key = KeyId(node.random.id("key_"));
    const NewKeyPair pair = node.signing_keys.generate(SigningAlgorithm::ES256);
    node.vault.put(signing_key_secret_name(key), pair.private_key);
    happened(spine, signing_key_stream(key),
             SigningKeyPublished{.alg = SigningAlgorithm::ES256,
                                 .public_key = {pair.public_key.begin(), pair.public_key.end()},
                                 .activation_delay_ms = 0});
  }
  void application(const Event& event) { happened(spine, application_stream(id()), event); }
  void api_event(const Event& event) { happened(spine, api_stream(api), event); }
  void grant(std::vector<std::string> names) {
    application(ApiGranted{.api_id = api.text(), .scopes = std::move(names)});
  }
  // The API's scopes from now on, made of those it has.
  void change_scopes(const std::function<void(std::vector<std::string>&)>& change) {
    const auto row = spine.node().states.api(api);
    std::vector<std::string> names;
    for (const ApiScope& scope : row->scopes) names.push_back(scope.name);
    change(names);
    std::vector<std::string> descriptions(names.size());
    api_event(ApiUpdated{.name = row->name,
                         .scope_names = std::move(names),
                         .scope_descriptions = std::move(descriptions),
                         .token_lifetime_ms = 3'600'000,
                         .token_format = row->token_format});
  }
  void quarantine(const std::string& stream) { spine.node().states.quarantine(stream); }
  // The token as it would be with other claims: signed or sealed by us.
  void reissue(const std::function<void(AccessTokenClaims&)>& change) {
    AccessTokenClaims said = claims();
    change(said);
    Services& services = spine.composition().services;
    if (target == Target::opaque) {
      token = services.opaque.seal(said);
    } else {
      const auto keys = services.states.signing_keys();
      const auto row = std::ranges::find(*keys, key, &SigningKey::id);
      token = services.signers.signer_of(*row).value()->sign(said);
    }
    tail = nullptr;  // Such a token opened none.
  }

  // The token as another deployment would make it: whole, of a key that is not in the view.
  void forge() {
    const AccessTokenClaims said = claims();
    Node& node = spine.node();
    if (target == Target::opaque) {
      const std::array<FleetKey, 1> keys{FleetKey{2, Secret(std::string(32, 'f'))}};
      token = OpaqueTokens(keys, 2, said.issuer, node.random).seal(said);
    } else {
      constexpr auto alg = SigningAlgorithm::ES256;
      const NewKeyPair pair = node.signing_keys.generate(alg);
      const auto signer = node.signing_keys.signer(alg, pair.private_key);
      token = JwtSigner(KeyId(node.random.id("key_")), alg, signer.value()).sign(said);
    }
    tail = nullptr;  // Such a token opened none.
  }

  ClientId id() const { return ClientId(app.id); }
  Header bearer() const { return {"Authorization", "Bearer " + token}; }
  std::shared_ptr<const VerifiedToken> verified() const {
    return spine.composition().services.tokens.read(token).value();
  }
  AccessTokenClaims claims() const { return verified()->claims(); }
};

}  // namespace optare::conformance
