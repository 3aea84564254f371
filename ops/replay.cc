#include "ops/replay.h"

#include <fmt/format.h>

#include <iostream>

#include "core/kafka/kafka_log.h"
#include "core/kafka/kafka_vault.h"
#include "core/kafka/topics.h"
#include "core/openssl/frame_mac.h"
#include "core/rocksdb/embedded_log.h"
#include "core/rocksdb/key_file.h"
#include "core/rocksdb/rocksdb_vault.h"
#include "ops/cli/failure.h"
#include "ops/kafka_backing.h"
#include "ops/node.h"
#include "projections/catalogue.h"
#include "projections/journal.h"

namespace optare {
namespace {

std::unique_ptr<const KafkaConnection> connection_of(const Config& config) {
  if (config.log != "kafka") return nullptr;
  return std::make_unique<const KafkaConnection>(connection_of(*node_options(config).kafka));
}

std::unique_ptr<Vault> vault_of(const Config& config, const KafkaConnection* connection,
                                const RocksResources& resources, Random& random) {
  Secret key = load_key_encryption_key(key_file_of(config));
  if (connection != nullptr) {
    return std::make_unique<KafkaVault>(
        *connection,
        KafkaVaultOptions{.topic = TopicNames(connection->topic_prefix).vault, .read_only = true},
        std::move(key), random);
  }
  return std::make_unique<RocksVault>(resources, vault_folder(config.data), std::move(key), random,
                                      OpenMode::read_only);
}

struct NamedTable {
  std::string_view name;
  Table table;
};

// What admission keeps, and every table of a projection.
std::vector<NamedTable> compared_tables() {
  std::vector<NamedTable> tables{{"head", Table::head},
                                 {"stream", Table::stream},
                                 {"chain", Table::chain},
                                 {"journal", Table::journal},
                                 {"quarantine", Table::quarantine}};
  for (const Projection* projection : catalogue()) {
    for (const Table table : projection->tables()) tables.push_back({projection->name(), table});
  }
  return tables;
}

std::string printable(std::string_view key) {
  std::string text;
  for (const char c : key) {
    if (c >= 0x20 && c < 0x7f)
      text += c;
    else
      text += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
  }
  return text;
}

void compare_table(const NamedTable& table, const Store& view, const Store& replayed,
                   Comparison& comparison) {
  const auto note = [&](std::string_view key, std::string what) {
    ++comparison.different;
    if (comparison.first.size() < differences_shown_max)
      comparison.first.push_back({std::string(table.name), printable(key), std::move(what)});
  };
  view.scan(table.table, "", [&](std::string_view key, std::string_view value) {
    ++comparison.rows;
    const auto again = replayed.get(table.table, key);
    if (!again)
      note(key, "only in the view");
    else if (*again != value)
      note(key, "not the same");
    return true;
  });
  replayed.scan(table.table, "", [&](std::string_view key, std::string_view) {
    if (!view.get(table.table, key)) {
      ++comparison.rows;
      note(key, "only in the replay");
    }
    return true;
  });
}

}  // namespace

std::filesystem::path scratch_folder(Random& random) {
  return std::filesystem::temp_directory_path() / random.id("optare-replay-");
}

ReadOnlyFolder::ReadOnlyFolder(const Config& config, Clock& clock, Random& random)
    : connection(connection_of(config)),
      vault(vault_of(config, connection.get(), resources, random)),
      identity(load_identity(*vault)),
      view(resources, view_folder(config.data), OpenMode::read_only),
      log(stored_log(config, OpenMode::read_only, resources, clock, random)) {}

std::unique_ptr<EventLog> stored_log(const Config& config, OpenMode mode,
                                     const RocksResources& resources, const Clock& clock,
                                     Random& random) {
  if (config.log == "kafka") {
    KafkaLogOptions options;
    options.connection = connection_of(*node_options(config).kafka);
    options.directory = log_folder(config.data);
    if (!std::filesystem::exists(options.directory / "CURRENT")) {
      throw LogFault(
          fmt::format("{} holds no copy of the topics. Start the node once: it reads them again",
                      options.directory.string()));
    }
    options.mode = OpenMode::read_only;  // brokers have the truth: this is a copy
    return std::make_unique<KafkaLog>(resources, clock, random, std::move(options));
  }
  EmbeddedLogOptions options;
  options.directory = log_folder(config.data);
  options.mode = mode;
  if (mode == OpenMode::read_only) options.tail_records_max = 0;
  return std::make_unique<EmbeddedLog>(resources, clock, options);
}

int refuse_short_log(const Config& config, const Rejection& missing) {
  const std::string log = log_folder(config.data).string();
  return print_failure(
      std::cerr,
      {.exit = ExitCode::refused,
       .title = fmt::format("{} does not hold what {} was made from; nothing was changed", log,
                            view_folder(config.data).string()),
       .detail = missing.detail,
       .advice = config.log == "kafka"
                     ? "It is this node's copy of the topics, and what was not on the disk at a "
                       "crash is missing. Start the node once: it fetches the rest. Then stop it, "
                       "and run this again."
                     : "Restore it from a back-up."});
}

Replay::Replay(const ReadOnlyFolder& folder, std::filesystem::path scratch, Clock& clock)
    : folder_(folder), scratch_(std::move(scratch)), clock_(clock) {
  store_ = std::make_unique<RocksStore>(folder_.resources, scratch_);
  states_ = std::make_unique<LiveStates>(*store_, *folder_.log, clock_);
}

Replay::~Replay() {
  states_.reset();
  store_.reset();
  std::error_code ignored;
  std::filesystem::remove_all(scratch_, ignored);
}

Result<void> Replay::run(const ReplayEnd& end, Progress& progress) {
  const FleetMac mac(std::span(&folder_.identity.fleet_key, 1), folder_.identity.fleet_key.id);
  std::array<std::uint64_t, partitions.size()> ends{};
  std::uint64_t total = 0;
  for (const Partition partition : partitions) {
    const auto row = folder_.view.get(Table::head, head_key(partition));
    if (!row) continue;
    TRY(const Head head, decode_head(*row));
    total += ends.at(static_cast<std::size_t>(partition)) = head.next_offset;
  }
  const auto wanted = [&](Partition partition, const LogRecord& record, const Head& before,
                          const Head& after) {
    if (const auto* point = std::get_if<ReplayPoint>(&end)) {
      if (const auto* position = std::get_if<std::uint64_t>(point))
        return partition == Partition::control && before.view.ordinal < *position;
      // What lies before the first commit is of no time: a history may be carried over behind it.
      return after.view.ordinal == 0 || after.log_time <= std::get<Timestamp>(*point);
    }
    return record.offset < ends.at(static_cast<std::size_t>(partition));
  };
  Follower follower({.log = *folder_.log,
                     .store = *store_,
                     .mac = mac,
                     .log_id = folder_.identity.log_id,
                     .node_id = "replay",
                     .states = *states_,
                     .settler = nullptr,
                     .wanted = wanted});
  follower.on_void = on_void;
  follower.open();
  while (follower.step()) progress.report("replaying", "records", counts().records, total);
  if (follower.stopped()) return reject(Code::conflict, states_->stop_reason());
  return {};
}

Replay::Counts Replay::counts() const {
  Counts counts;
  for (const Partition partition : partitions) {
    const Head head = states_->head(partition);
    counts.records += head.next_offset;
    counts.commits += head.view.ordinal;
    counts.voids += head.voids;
  }
  return counts;
}

Comparison compare_views(const Store& view, const Store& replayed) {
  Comparison comparison;
  for (const NamedTable& table : compared_tables())
    compare_table(table, view, replayed, comparison);
  return comparison;
}

}  // namespace optare
