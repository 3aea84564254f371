// What a new deployment gets before it can serve: its keys, its first administrator, its genesis
// (contracts.md I). Each step is durable before the next, and a crash at any point is repaired by
// starting again.
#pragma once

#include <filesystem>
#include <string>

#include "commands/handle.h"
#include "commands/key/new_signing_key.h"
#include "core/ports/fleet_key.h"
#include "core/ports/random.h"
#include "core/ports/signer.h"
#include "core/ports/vault.h"
#include "projections/follow.h"

namespace optare {

// In the vault, once its log was begun; with this value, by a move that may not be finished.
constexpr std::string_view log_begun_name = "log-begun";
constexpr std::string_view begun_by_move = "import";

// What the vault says of the deployment.
struct Identity {
  LogId log_id{};
  FleetKey fleet_key;
  NewSigningKey first_key;  // its public part; genesis publishes it
};

// The vault's contents, made where they are missing. Of several that begin at once over one vault
// all get the same identity. With `moves_in`, the vault of another log whose deployment goes on in
// this one, nothing else is begun here. Throws VaultFault.
Identity load_or_create_identity(Vault& vault, Random& random, const SigningKeys& signing_keys,
                                 const Vault* moves_in = nullptr);
// The vault gets what that of `source` holds, and a log id of its own. Done a second time it
// changes nothing. Throws VaultFault, also when it is another deployment's already.
void take_over_secrets(const Vault& source, Vault& vault, Random& random);
bool is_complete(const Vault& vault);
// Throws VaultFault when the vault is not complete.
Identity load_identity(const Vault& vault);

// What `admin.json` holds: credentials as the command line reads them.
struct AdminCredentials {
  std::string issuer;
  ClientId client;
  Secret secret;
};
std::filesystem::path admin_file_of(const std::filesystem::path& data);
// 0600, whole or not at all. Throws FileFault.
void write_admin_file(const std::filesystem::path& file, const AdminCredentials& credentials);

AdminCredentials new_administrator(std::string issuer, Random& random);

// Commits genesis, whose administrator these credentials open, where nobody follows the log yet.
// Errors: conflict, when there is one already; unavailable, when the log did not answer within the
// command's patience; the command's own.
[[nodiscard]] Result<Committed> commit_genesis(Follower& follower, CommandRunner& runner,
                                               Random& random, const Identity& identity,
                                               const AdminCredentials& admin);

}  // namespace optare
