#include "api/admin/keys.h"

#include <algorithm>

#include "api/admin/answer.h"
#include "api/admin/paging.h"
#include "api/admin/written.h"
#include "api/http/json_body.h"
#include "commands/key/revoke_signing_key.h"
#include "commands/key/rotate_signing_key.h"
#include "core/base/encoding.h"

namespace optare {
namespace {

namespace json = boost::json;
using Keys = std::vector<SigningKey>;

// What a key is for at `now`: "pending" until it signs; "signing", one of them; "verifying" while
// tokens of it may live; "retired"; "revoked".
std::string_view state_of(const SigningKey& key, const Keys& keys, Timestamp now) {
  if (key.revoked_at) return "revoked";
  const SigningKey* const signing = signing_key_at(keys, now);
  if (signing != nullptr && signing->id == key.id) return "signing";
  if (now < key.activates_at) return "pending";
  const auto published = published_keys_at(keys, now);
  const bool there = std::ranges::any_of(published, [&](auto* k) { return k->id == key.id; });
  return there ? "verifying" : "retired";
}

json::object key_json(const SigningKey& key, std::string_view state) {
  return {{"kid", key.id.text()},
          {"alg", algorithm_name(key.alg)},
          {"state", state},
          {"created_at", json_time(key.published_at)},
          {"signs_from", json_time(key.activates_at)},
          {"revoked_at", json_time(key.revoked_at)}};
}

// Keys are listed as they were published.
std::string place_of(const SigningKey& key) {
  std::string place;
  append_u64(place, key.ordinal);
  return place + key.id.text();
}

std::shared_ptr<const SigningKey> current_key(const States& states, const KeyId& id) {
  const auto keys = states.signing_keys();
  const auto found = std::ranges::find(*keys, id, &SigningKey::id);
  return found == keys->end() ? nullptr : std::make_shared<const SigningKey>(*found);
}

bool is_published(const AdminCall& call, const KeyId& id) {
  const auto keys = call.services.states.signing_keys();
  return std::ranges::find(*keys, id, &SigningKey::id) != keys->end();
}

// The private part of a key goes from the vault again when surely no commit names it.
Task<void> forget_unless_named(const AdminCall& call, const NewSigningKey& key,
                               const Result<WrittenRow<SigningKey>>& outcome) {
  if (!outcome && outcome.error().code == Code::outcome_unknown) co_return;
  if (!is_published(call, key.id)) co_await call.context.key_maker.forget(key.id);
}

Result<SigningAlgorithm> algorithm_of(const AdminCall& call) {
  TRY(const json::object body, optional_json_body(call.request));
  JsonReader reader(body);
  TRY(const auto name, reader.optional_string("alg"));
  TRY_VOID(reader.finish());
  if (!name) {
    const auto keys = call.services.states.signing_keys();
    const SigningKey* const signing = signing_key_at(*keys, call.services.now());
    return signing != nullptr ? signing->alg : SigningAlgorithm::ES256;
  }
  const auto alg = parse_algorithm(*name);
  if (!alg) return std::unexpected(reader.wrong("alg", "is ES256, RS256, PS256 or EdDSA"));
  return *alg;
}

Task<Result<WrittenRow<SigningKey>>> revoke(const AdminCall& call, RevokeSigningKey command) {
  return run_command<SigningKey>(
      call, std::move(command),
      +[](const States& states, const RevokeSigningKey& c) { return current_key(states, c.key); });
}

// Without a key that could take over, one is made first; whether one can is the command's to say.
Task<Result<WrittenRow<SigningKey>>> revoke_with_replacement(const AdminCall& call,
                                                             RevokeSigningKey command) {
  auto outcome = co_await revoke(call, command);
  const auto revoked = current_key(call.services.states, command.key);
  if (outcome || outcome.error().code != Code::conflict || !revoked) co_return outcome;
  CO_TRY(command.replacement, co_await call.context.key_maker.make(revoked->alg));
  outcome = co_await revoke(call, command);
  co_await forget_unless_named(call, *command.replacement, outcome);
  co_return outcome;
}

// The key that was published by the commit at `position`, if any.
json::value published_at(const AdminCall& call, std::uint64_t position) {
  const auto keys = call.services.states.signing_keys();
  const auto found = std::ranges::find(*keys, position, &SigningKey::ordinal);
  return found == keys->end() ? json::value(nullptr) : json::value(found->id.text());
}

}  // namespace

Task<Result<Response>> list_keys(const AdminCall& call) {
  CO_TRY(const PageRequest page, page_request_of(call));
  const std::uint64_t position = call.services.states.position();
  const auto keys = call.services.states.signing_keys();
  const Timestamp now = call.services.now();
  const auto found = page_of(*keys, page, place_of);
  json::array items;
  for (const SigningKey& key : found.items)
    items.push_back(key_json(key, state_of(key, *keys, now)));
  co_return page_answer(call, position, page, std::move(items), found.next);
}

Task<Result<Response>> rotate_key(const AdminCall& call) {
  CO_TRY(const SigningAlgorithm alg, algorithm_of(call));
  RotateSigningKey command;
  CO_TRY(command.key, co_await call.context.key_maker.make(alg));
  const auto written = co_await run_command<SigningKey>(
      call, command, +[](const States& states, const RotateSigningKey& c) {
        return current_key(states, c.key.id);
      });
  co_await forget_unless_named(call, command.key, written);
  if (!written) co_return std::unexpected(written.error());
  co_return write_answer(200, written->committed, written->row->version,
                         key_json(*written->row, "pending"));
}

Task<Result<Response>> revoke_key(const AdminCall& call) {
  RevokeSigningKey command;
  command.key = KeyId(call.request.parameter("kid"));
  CO_TRY(command.reason, reason_of(call.request));
  CO_TRY(const auto written, co_await revoke_with_replacement(call, std::move(command)));
  json::object body = key_json(*written.row, "revoked");
  const bool recorded = !written.committed.events.empty();
  body["replacement_kid"] = recorded ? published_at(call, written.committed.position) : nullptr;
  co_return write_answer(200, written.committed, written.row->version, body);
}

}  // namespace optare
