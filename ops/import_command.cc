// optare log import: an embedded deployment moves into another log, with its whole history.
#include <fmt/format.h>

#include <boost/json.hpp>
#include <fstream>
#include <iostream>

#include "core/openssl/random.h"
#include "core/rocksdb/embedded_log.h"
#include "core/rocksdb/key_file.h"
#include "core/rocksdb/rocksdb_vault.h"
#include "core/system_clock/system_clock.h"
#include "ops/cli/failure.h"
#include "ops/files.h"
#include "ops/local_commands.h"
#include "ops/log_import.h"
#include "ops/moved.h"
#include "ops/node.h"

namespace optare {
namespace {

int refused(const Rejection& rejection) {
  return print_failure(std::cerr, {.exit = rejection.code == Code::conflict ? ExitCode::conflict
                                                                            : ExitCode::unavailable,
                                   .title = "the history was not moved",
                                   .detail = rejection.detail,
                                   .advice = {}});
}

EmbeddedLogOptions log_of(const std::filesystem::path& data) {
  EmbeddedLogOptions options;
  options.directory = log_folder(data);
  return options;
}

// A stopped deployment, locked so that nobody starts it meanwhile. Its log is only read; its view
// is brought to the log's end.
class SourceFolder {
 public:
  SourceFolder(const std::filesystem::path& data, const std::filesystem::path& key_file,
               const Clock& clock, Random& random)
      : log(resources, clock, log_of(data)),
        vault(resources, vault_folder(data), load_key_encryption_key(key_file), random),
        identity(load_identity(vault)),
        view(resources, view_folder(data)),
        mac_(std::span(&identity.fleet_key, 1), identity.fleet_key.id),
        states_(view, log, clock),
        follower_({.log = log,
                   .store = view,
                   .mac = mac_,
                   .log_id = identity.log_id,
                   .node_id = "log import",
                   .states = states_,
                   .settler = nullptr}) {}

  Result<ImportSource> bring_up(Progress& progress) {
    follower_.open([&](const RebuildProgress& rebuilt) {
      progress.report("making projections again", "commits", rebuilt.done, rebuilt.total);
    });
    while (follower_.step()) {
      const Head head = states_.head(Partition::control);
      progress.report("applying the source", "records", head.next_offset,
                      log.end(Partition::control));
    }
    if (follower_.stopped()) return reject(Code::conflict, states_.stop_reason());
    return ImportSource{log, view, identity.log_id, follower_.heads()};
  }

 private:
  RocksResources resources;

 public:
  EmbeddedLog log;
  RocksVault vault;
  Identity identity;
  RocksStore view;

 private:
  FleetMac mac_;
  LiveStates states_;
  Follower follower_;
};

// Local things that are no facts, but missed: when secrets were last used.
void keep_last_used(const Store& source, Store& target) {
  StoreBatch batch;
  if (const auto since = source.get(Table::meta, last_used_since_key))
    batch.put(Table::meta, last_used_since_key, *since);
  source.scan(Table::last_used, "", [&](std::string_view key, std::string_view value) {
    batch.put(Table::last_used, key, value);
    return true;
  });
  target.write(batch);
}

void keep_admin_file(const std::filesystem::path& source, const std::filesystem::path& target) {
  std::ifstream file(admin_file_of(source), std::ios::binary);
  if (!file || std::filesystem::exists(admin_file_of(target))) return;
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  write_file_durably(admin_file_of(target), text, 0600);
}

Result<std::uint64_t> move(LogImport& import, const SourceFolder& source, Node& target,
                           const std::filesystem::path& from) {
  TRY_VOID(import.check());
  TRY_VOID(import.carry());
  keep_last_used(source.view, target.store);
  keep_admin_file(from, target.options.data);
  // Before the seals: from the first of them on the source must not change, and a crash in between
  // leaves a move to be finished, never two deployments.
  mark_moved(from, target.backing.log_place());
  return import.seal();
}

int print_moved(std::uint64_t commits, std::uint64_t position, double seconds,
                const std::string& place, bool as_json) {
  if (as_json) {
    std::cout << boost::json::serialize(boost::json::object{{"commits", commits},
                                                            {"sealed_at", position},
                                                            {"seconds", seconds},
                                                            {"to", place}})
              << '\n';
    return code_of(ExitCode::ok);
  }
  const double rate = seconds > 0 ? static_cast<double>(commits) / seconds : 0;
  fmt::print(
      "Moved {} commits to {} in {:.3f} s ({:.0f} a second); the chain is the same\n"
      "Sealed at position {}: nothing more can be moved there\n",
      commits, place, seconds, rate, position);
  return code_of(ExitCode::ok);
}

std::optional<Failure> wrong(const Config& config, const ImportOptions& options) {
  if (!RocksVault::exists(vault_folder(options.from_data))) {
    return Failure{.exit = ExitCode::not_found,
                   .title = fmt::format("{} holds no Optare", options.from_data),
                   .detail = {},
                   .advice = "Name the folder to move from with --from-data."};
  }
  std::error_code ignored;
  if (!std::filesystem::equivalent(options.from_data, config.data, ignored)) return std::nullopt;
  return Failure{.exit = ExitCode::usage,
                 .title = fmt::format("{} cannot be moved into itself", options.from_data),
                 .detail = {},
                 .advice = "Name a new, empty folder with --data."};
}

}  // namespace

int log_import(const Config& config, const ImportOptions& options) {
  if (const auto failure = wrong(config, options)) return print_failure(std::cerr, *failure);
  SystemClock clock;
  SystemRandom random;
  LogLines lines(LogLevel::error);
  Progress progress = spoken_progress();
  const auto began = clock.boottime();
  const std::filesystem::path from(options.from_data);
  const std::filesystem::path key_file =
      options.from_key_file.empty() ? from.string() + ".key" : options.from_key_file;
  SourceFolder source(from, key_file, clock, random);
  const auto ready = source.bring_up(progress);
  if (!ready) return refused(ready.error());
  const auto target =
      Node::open_to_import(node_options(config), source.vault, clock, random, lines, progress);
  if (!target) return refused(target.error());
  LogImport import(*ready,
                   {.log = (*target)->log,
                    .view = (*target)->store,
                    .follower = (*target)->follower,
                    .states = (*target)->states,
                    .runner = (*target)->runner,
                    .mac = (*target)->mac,
                    .log_id = (*target)->identity.log_id},
                   clock, progress);
  const auto position = move(import, source, **target, from);
  if (!position) return refused(position.error());
  const double seconds = static_cast<double>((clock.boottime() - began).count()) / 1000;
  return print_moved(import.commits(), *position, seconds, (*target)->backing.log_place(),
                     options.json);
}

}  // namespace optare
