#include "ops/embedded_backing.h"

#include <fmt/format.h>

#include "core/rocksdb/key_file.h"
#include "ops/node.h"

namespace optare {
namespace {

// The key is made only for a folder that never had a vault: no other key opens an old one.
Secret key_encryption_key(const NodeOptions& options, Random& random) {
  if (RocksVault::exists(vault_folder(options.data)))
    return load_key_encryption_key(options.key_file);
  if (std::filesystem::exists(log_folder(options.data) / "CURRENT")) {
    throw VaultFault(fmt::format(
        "{} is missing and {} is not: without its keys the log cannot be read. Restore the folder "
        "from a back-up, or say --log kafka if it is of a node on Kafka, whose keys are there",
        vault_folder(options.data).string(), log_folder(options.data).string()));
  }
  return load_or_create_key_encryption_key(options.key_file, random);
}

EmbeddedLogOptions log_options(const NodeOptions& options) {
  EmbeddedLogOptions log;
  log.directory = log_folder(options.data);
  log.disk_reserve_bytes = options.disk_reserve_bytes;
  return log;
}

}  // namespace

EmbeddedBacking::EmbeddedBacking(const NodeOptions& options, const RocksResources& resources,
                                 const Clock& clock, Random& random,
                                 const SigningKeys& signing_keys)
    : data_(options.data),
      vault_(resources, vault_folder(data_), key_encryption_key(options, random), random),
      identity_(load_or_create_identity(vault_, random, signing_keys, options.moves_in)),
      log_(resources, clock, log_options(options)) {}

std::string EmbeddedBacking::vault_place() const { return vault_folder(data_).string(); }
std::string EmbeddedBacking::log_place() const { return log_folder(data_).string(); }

std::optional<std::uint64_t> EmbeddedBacking::end(Partition partition) const {
  return log_.known_end(partition);
}

}  // namespace optare
