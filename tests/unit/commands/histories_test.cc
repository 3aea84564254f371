// Whatever is asked, in whatever order: what decide lets happen can always be folded, and the rules
// of the house hold after each step.
#include <rapidcheck/gtest.h>

#include "commands/api/allow_introspector.h"
#include "commands/api/delete_api.h"
#include "commands/api/register_api.h"
#include "commands/api/remove_introspector.h"
#include "commands/api/update_api.h"
#include "commands/application/activate_client.h"
#include "commands/application/create_client.h"
#include "commands/application/deactivate_client.h"
#include "commands/application/delete_application.h"
#include "commands/application/expire_secret.h"
#include "commands/application/grant_api.h"
#include "commands/application/revoke_api_grant.h"
#include "commands/application/revoke_client_tokens.h"
#include "commands/application/revoke_secret.h"
#include "commands/application/rotate_secret.h"
#include "commands/application/update_client.h"
#include "commands/key/revoke_signing_key.h"
#include "commands/key/rotate_signing_key.h"
#include "commands/system/bootstrap_admin.h"
#include "commands/system/genesis.h"
#include "commands/system/raise_feature_level.h"
#include "commands/token/revoke_token.h"
#include "core/base/row_codec.h"
#include "tests/support/given.h"

namespace optare {
namespace {

template <class T>
void require_row_reads_back(const T& state) {
  const auto back = decode_row<T>(encode_row(state));
  RC_ASSERT(back.has_value());
  RC_ASSERT(*back == state);
}

// A world in which random things are asked. Few names, so that they meet; secrets and keys are new
// each time, as the shell makes them.
class World {
 public:
  World() {
    Genesis genesis;
    genesis.issuer = facts::issuer;
    genesis.key = new_key();
    genesis.admin_api = ApiId(facts::admin_api_id);
    genesis.administrator = ClientId("srv_0");
    genesis.secret = new_secret();
    RC_ASSERT(states_.apply(decide_genesis(genesis), now_).has_value());
  }

  void step() {
    now_ += Duration(*rc::gen::inRange<std::int64_t>(0, 14L * 3600 * 1000));
    ask_something();
    check();
  }

 private:
  template <Command C>
  void ask(const C& command) {
    const CommandContext context{now_, {}};
    const auto decision = command.decide(command.load(states_), context);
    if (!decision) {
      RC_ASSERT(decision.error().code != Code::internal);
      RC_ASSERT(!decision.error().detail.empty());
      return;
    }
    if (decision->nothing()) return;
    for (const Change& change : decision->changes) {
      for (const Event& event : change.events) {
        const EncodedEvent encoded = encode_event(event);
        RC_ASSERT(decode_event(encoded.type, encoded.payload).value() == event);
      }
    }
    const auto applied = states_.apply(*decision, now_);
    if (!applied) RC_FAIL(applied.error().detail);
    if (std::is_same_v<C, RevokeClientTokens>) return;  // Acts each time.
    if (const auto again = command.decide(command.load(states_), context))
      RC_ASSERT(again->nothing());
  }

  void ask_something() {
    switch (*rc::gen::inRange(0, 21)) {
      case 0:
        return ask(
            CreateClient{client(), ClientType::m2m, "Cron", new_secret(), grants(), std::nullopt});
      case 1:
        return ask(UpdateClient{client(), "Name " + number(3)});
      case 2:
        return ask(DeactivateClient{client(), ""});
      case 3:
        return ask(ActivateClient{client(), ""});
      case 4:
        return ask(RevokeClientTokens{client(), ""});
      case 5:
        return ask(RotateSecret{client(), new_secret(),
                                std::chrono::hours(*rc::gen::inRange(0, 48)), std::nullopt});
      case 6:
        return ask(RotateSecret{client(), new_secret(), std::chrono::hours(24), old_secret()});
      case 7:
        return ask(RevokeSecret{client(), old_secret()});
      case 8:
        return ask(ExpireSecret{client(), old_secret()});
      case 9:
        return ask(DeleteApplication{client(), ""});
      case 10:
        return ask(GrantApi{client(), api(), scopes(), std::nullopt});
      case 11:
        return ask(RevokeApiGrant{client(), api()});
      case 12:
        return ask(RegisterApi{api(), "https://" + number(2) + ".example.com", "API", api_scopes(),
                               std::chrono::hours(1), TokenFormat::jwt});
      case 13:
        return ask(
            UpdateApi{api(), "API " + number(2), api_scopes(), std::nullopt, TokenFormat::opaque});
      case 14:
        return ask(DeleteApi{api(), ""});
      case 15:
        return ask(AllowIntrospector{api(), client()});
      case 16:
        return ask(RemoveIntrospector{api(), client()});
      case 17:
        return ask(RevokeToken{TokenId("00" + number(3)), client(),
                               now_ + std::chrono::hours(*rc::gen::inRange(-1, 2))});
      case 18:
        return ask(RotateSigningKey{new_key()});
      case 19:
        return ask(RevokeSigningKey{KeyId("key_" + std::to_string(*rc::gen::inRange(0, keys_ + 1))),
                                    "", new_key()});
      default:
        return ask(BootstrapAdmin{client(), new_secret()});
    }
  }

  void check() const {
    bool somebody_administers = false;
    for (const auto& [id, application] : states_.all_applications()) {
      check_application(*application);
      somebody_administers =
          somebody_administers || administers(*application, ApiId(facts::admin_api_id));
    }
    RC_ASSERT(somebody_administers);
    std::set<std::string> identifiers;
    for (const auto& [id, row] : states_.all_apis()) {
      require_row_reads_back(*row);
      RC_ASSERT(std::ranges::is_sorted(row->introspectors));
      if (row->exists()) RC_ASSERT(identifiers.insert(row->identifier).second);
    }
    RC_ASSERT(states_.built_in_api() != nullptr);
    RC_ASSERT(signing_key_at(*states_.signing_keys(), now_) != nullptr);
    for (const SigningKey& key : *states_.signing_keys()) require_row_reads_back(key);
  }

  static void check_application(const Application& application) {
    require_row_reads_back(application);
    RC_ASSERT(application.secrets.size() <= live_secrets_max);
    RC_ASSERT(application.exists() == !application.secrets.empty());
    for (const ClientSecret& secret : application.secrets) {
      const bool newest = &secret == &application.secrets.back();
      RC_ASSERT(newest != secret.expires_at.has_value());
    }
    const auto by_api = [](const ApiGrant& a, const ApiGrant& b) { return a.api >= b.api; };
    RC_ASSERT(std::ranges::adjacent_find(application.grants, by_api) == application.grants.end());
    for (const ApiGrant& grant : application.grants) {
      RC_ASSERT(std::ranges::adjacent_find(grant.scopes, std::greater_equal<>()) ==
                grant.scopes.end());
    }
  }

  static std::string number(int below) { return std::to_string(*rc::gen::inRange(0, below)); }
  static ClientId client() { return ClientId("srv_" + number(4)); }
  static ApiId api() {
    const std::string n = number(4);
    return ApiId(n == "0" ? facts::admin_api_id : "api_" + n);
  }
  static std::vector<std::string> scopes() {
    return *rc::gen::container<std::vector<std::string>>(
        rc::gen::element<std::string>("a", "b", "c", "write:applications", "read:apis"));
  }
  static std::vector<ApiScope> api_scopes() {
    std::vector<ApiScope> all{{"a", ""}, {"b", ""}, {"c", ""}};
    all.resize(*rc::gen::inRange<std::size_t>(0, 4));
    return all;
  }
  static std::vector<RequestedGrant> grants() {
    if (*rc::gen::arbitrary<bool>()) return {};
    return {{api(), "", {}}};
  }
  SecretId old_secret() const {
    return SecretId("sec_" + std::to_string(*rc::gen::inRange(0, secrets_ + 1)));
  }
  NewSecret new_secret() {
    return {SecretId("sec_" + std::to_string(++secrets_)), std::string(32, 'd')};
  }
  NewSigningKey new_key() {
    return {KeyId("key_" + std::to_string(++keys_)), SigningAlgorithm::ES256, "\1"};
  }

  MemoryStates states_;
  Timestamp now_ = facts::start;
  int secrets_ = 0;
  int keys_ = 0;
};

RC_GTEST_PROP(Histories, FoldWhateverWasDecidedAndKeepTheRules, ()) {
  World world;
  const int steps = *rc::gen::inRange(1, 60);
  for (int i = 0; i < steps; ++i) world.step();
}

}  // namespace
}  // namespace optare
