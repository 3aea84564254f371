#include "ops/first_start.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "api/oauth/token_signers.h"
#include "commands/system/genesis.h"
#include "core/oauth/client_secret.h"
#include "core/vault/row_seal.h"
#include "ops/files.h"
#include "ops/stepped_command.h"

namespace optare {
namespace {

constexpr std::string_view fleet_key_name = "fleet-key/1";
// Written last: where it is, the vault is complete. Its value is kid | 0 | public key.
constexpr std::string_view first_key_name = "first-signing-key-public";
constexpr std::uint32_t first_fleet_key_id = 1;

LogId log_id_of(const Secret& value) {
  LogId id{};
  if (value.reveal().size() != id.size()) throw VaultFault("the vault's log id is damaged");
  std::ranges::copy(value.reveal(), id.begin());
  return id;
}

Secret random_secret(Random& random) {
  const auto bytes = random.bytes<fleet_key_bytes>();
  return Secret(std::string(text_of(bytes)));
}

void create_first_key(Vault& vault, Random& random, const SigningKeys& signing_keys) {
  // Of an attempt that a crash ended. Looked for before there is a first key: nothing that is put
  // later goes.
  const std::vector<std::string> left = vault.names("signing-key/");
  const KeyId id(random.id("key_"));
  const NewKeyPair pair = signing_keys.generate(SigningAlgorithm::ES256);
  vault.put(signing_key_secret_name(id), pair.private_key);
  if (vault.claim(first_key_name, Secret(id.text() + '\0' + pair.public_key))) {
    for (const std::string& name : left) vault.erase(name);
  } else {
    vault.erase(signing_key_secret_name(id));
  }
}

void claim_log_id(Vault& vault, Random& random) {
  if (vault.get(log_id_name)) return;
  const auto id = random.bytes<16>();
  vault.claim(log_id_name, Secret(std::string(text_of(id))));
}

}  // namespace

void take_over_secrets(const Vault& source, Vault& vault, Random& random) {
  claim_log_id(vault, random);
  std::vector<std::string> names = source.names("");
  std::erase_if(names, [](const std::string& name) {
    return name == log_id_name || name == log_begun_name || name == first_key_name;
  });
  names.emplace_back(first_key_name);
  for (const std::string& name : names) {
    const auto secret = source.get(name);
    if (!secret) throw VaultFault("the source's vault is not complete: start Optare there once");
    // Should the move end before its first commit, nothing else begins here by mistake.
    if (name == first_key_name) vault.claim(log_begun_name, Secret(std::string(begun_by_move)));
    if (vault.claim(name, *secret)) continue;
    const auto there = vault.get(name);
    if (!there || there->reveal() != secret->reveal()) {
      throw VaultFault(
          fmt::format("the vault to move into holds another '{}': it belongs to another "
                      "deployment. Move into a "
                      "new one",
                      name));
    }
  }
}

Identity load_or_create_identity(Vault& vault, Random& random, const SigningKeys& signing_keys,
                                 const Vault* moves_in) {
  if (moves_in != nullptr) take_over_secrets(*moves_in, vault, random);
  if (!vault.get(first_key_name)) {
    claim_log_id(vault, random);
    if (!vault.get(fleet_key_name)) vault.claim(fleet_key_name, random_secret(random));
    create_first_key(vault, random, signing_keys);
  }
  return load_identity(vault);
}

bool is_complete(const Vault& vault) { return vault.get(first_key_name).has_value(); }

Identity load_identity(const Vault& vault) {
  const auto log_id = vault.get(log_id_name);
  auto fleet_key = vault.get(fleet_key_name);
  const auto first_key = vault.get(first_key_name);
  const auto zero = first_key ? first_key->reveal().find('\0') : std::string_view::npos;
  if (!log_id || !fleet_key || zero == std::string_view::npos)
    throw VaultFault("the vault is not complete: start Optare once, or restore it from a back-up");
  NewSigningKey key;
  key.id = KeyId(first_key->reveal().substr(0, zero));
  key.alg = SigningAlgorithm::ES256;
  key.public_key = first_key->reveal().substr(zero + 1);
  return {log_id_of(*log_id), {first_fleet_key_id, *std::move(fleet_key)}, std::move(key)};
}

std::filesystem::path admin_file_of(const std::filesystem::path& data) {
  return data / "admin.json";
}

void write_admin_file(const std::filesystem::path& file, const AdminCredentials& credentials) {
  const boost::json::object json{{"issuer", credentials.issuer},
                                 {"client_id", credentials.client.text()},
                                 {"client_secret", credentials.secret.reveal()}};
  write_file_durably(file, boost::json::serialize(json) + '\n', 0600);
}

AdminCredentials new_administrator(std::string issuer, Random& random) {
  return {std::move(issuer), ClientId(random.id("srv_")), generate_client_secret(random)};
}

Result<Committed> commit_genesis(Follower& follower, CommandRunner& runner, Random& random,
                                 const Identity& identity, const AdminCredentials& admin) {
  Genesis genesis;
  genesis.log_id = identity.log_id;
  genesis.issuer = admin.issuer;
  genesis.fleet_key_id = identity.fleet_key.id;
  genesis.key = identity.first_key;
  genesis.admin_api = ApiId(random.id("api_"));
  genesis.administrator = admin.client;
  genesis.secret = {SecretId(random.id("sec_")), client_secret_digest(admin.secret.reveal())};

  CommandRunner::Request request;
  request.name = Genesis::name;
  request.subject = std::string(system_stream);
  request.decide = [&genesis, &runner](const CommandContext&) -> Result<Decision> {
    if (runner.states().position() != 0)
      return reject(Code::conflict, "this deployment was begun by another start meanwhile");
    return decide_genesis(genesis);
  };
  CommandOrigin origin;
  origin.actor = {ActorType::system, "first start"};
  auto committed = run_stepping(follower, runner.run(std::move(request), std::move(origin)));
  if (!committed && committed.error().code == Code::outcome_unknown)
    return reject(Code::unavailable, "the log did not take the genesis in time: start again");
  return committed;
}

}  // namespace optare
