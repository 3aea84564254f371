#include "ops/kafka_backing.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <optional>
#include <thread>

#include "core/kafka/rights.h"
#include "core/log/frame.h"
#include "core/rocksdb/key_file.h"
#include "ops/node.h"

namespace optare {
namespace {

constexpr std::chrono::seconds catch_up_round{5};
constexpr std::chrono::seconds brokers_patience{5};
constexpr std::chrono::milliseconds look_again_interval{200};
constexpr std::chrono::seconds written_patience{2};
constexpr std::size_t password_bytes_max = 1024;  // ours

std::string first_line(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::string line;
  if (!std::getline(file, line) || line.empty() || line.size() > password_bytes_max)
    throw KafkaFault(
        fmt::format("kafka_sasl_password_file: no password can be read from the first line of {}",
                    path.string()));
  return line;
}

// What librdkafka says of a file that is not there names neither the file nor our setting.
std::string readable(std::string_view setting, const std::string& path) {
  if (!path.empty() && !std::ifstream(path))
    throw KafkaFault(fmt::format("{}: {} cannot be read", setting, path));
  return path;
}

// Whatever is missing: nothing is made beside what is wrong.
std::vector<Finding> of_what_is_there(std::vector<Finding> findings) {
  std::erase_if(findings, [](const Finding& finding) { return finding.setting.empty(); });
  return findings;
}

Result<void> refuse_wrong(const std::vector<Finding>& findings) {
  if (const auto refusal = refusals(findings, false); !refusal.empty())
    return reject(Code::unavailable, "Kafka is not set as it has to be:\n" + refusal);
  return {};
}

std::string what_to_run(const KafkaOptions& options) {
  return fmt::format(
      "Run `optare init --log kafka --kafka-brokers {} --kafka-topic-prefix {} "
      "--key-file FILE`, once for the deployment",
      options.brokers, options.topic_prefix);
}

}  // namespace

KafkaConnection connection_of(const KafkaOptions& options) {
  KafkaConnection connection;
  connection.brokers = options.brokers;
  connection.topic_prefix = options.topic_prefix;
  connection.security_protocol = options.security_protocol;
  connection.ssl_ca_location = readable("kafka_ssl_ca", options.ssl_ca);
  connection.ssl_certificate_location = readable("kafka_ssl_cert", options.ssl_cert);
  connection.ssl_key_location = readable("kafka_ssl_key", options.ssl_key);
  if (options.sasl_password_file.empty()) return connection;
  connection.sasl_mechanism = options.sasl_mechanism;
  connection.sasl_username = options.sasl_username;
  connection.sasl_password = Secret(first_line(options.sasl_password_file));
  return connection;
}

Result<std::unique_ptr<Backing>> KafkaBacking::open(const NodeOptions& options,
                                                    const Parts& parts) {
  std::unique_ptr<KafkaBacking> backing(new KafkaBacking(options, parts));
  TRY_VOID(backing->look_at_topics(options, parts));
  TRY_VOID(backing->open_vault(options, parts));
  backing->open_log(options, parts);
  return backing;
}

KafkaBacking::KafkaBacking(const NodeOptions& options, const Parts& /*parts*/)
    : connection_(connection_of(*options.kafka)),
      names_(connection_.topic_prefix),
      mirror_(log_folder(options.data)) {}

KafkaBacking::~KafkaBacking() = default;

// `init` makes all topics before it writes to one of them. Another init may be at it just now.
Result<void> KafkaBacking::refuse_deleted(const TopicAdmin& admin, FoundCluster& found) const {
  const std::array<std::string, 3> truth{names_.control, names_.tokens, names_.vault};
  const auto until = std::chrono::steady_clock::now() + brokers_patience;
  for (;;) {
    std::string missing;
    for (const FoundTopic& topic : found.topics) {
      const bool counts = std::ranges::find(truth, topic.name) != truth.end();
      if (counts && topic.partitions == 0 && missing.empty()) missing = topic.name;
    }
    if (missing.empty()) return {};
    TRY(const std::string written, first_written(admin, found));
    if (written.empty()) return {};
    if (std::chrono::steady_clock::now() >= until) {
      return reject(
          Code::unavailable,
          fmt::format("there is no topic {}, and {} holds records: it was deleted. Restore it from "
                      "a back-up of the brokers; it is never made anew beside the others",
                      missing, written));
    }
    std::this_thread::sleep_for(look_again_interval);
    TRY(found, admin.look());
  }
}

// A broker may not have heard yet that a topic is gone: the next one says enough.
Result<std::string> KafkaBacking::first_written(const TopicAdmin& admin,
                                                const FoundCluster& found) const {
  std::optional<Rejection> not_told;
  for (const std::string& name : {names_.vault, names_.control, names_.tokens}) {
    const auto topic = std::ranges::find(found.topics, name, &FoundTopic::name);
    if (topic->partitions == 0) continue;
    const auto written = admin.was_written(name, written_patience);
    if (written && *written) return name;
    if (!written) not_told = written.error();
  }
  if (not_told) return std::unexpected(*not_told);
  return std::string();
}

Result<void> KafkaBacking::look_at_topics(const NodeOptions& options, const Parts& parts) {
  TopicAdmin admin(connection_);
  TRY(FoundCluster found, admin.look());
  TRY_VOID(refuse_deleted(admin, found));
  TRY_VOID(refuse_wrong(of_what_is_there(judge(found, names_))));
  const auto missing = std::ranges::find(found.topics, 0, &FoundTopic::partitions);
  if (missing != found.topics.end()) {
    if (!options.may_begin) {
      return reject(Code::unavailable, fmt::format("there is no topic {}. {}", missing->name,
                                                   what_to_run(*options.kafka)));
    }
    // Brokers that start do not name each other at once, and how many copies there are is decided
    // now, for ever.
    const auto until = std::chrono::steady_clock::now() + brokers_patience;
    while (found.brokers_known < copies_wanted && std::chrono::steady_clock::now() < until) {
      std::this_thread::sleep_for(look_again_interval);
      TRY(found, admin.look());
    }
    TRY(auto made, admin.make_missing(found));
    for (const std::string& name : made.names)
      parts.lines.write(LogLevel::info, "topic_made", {{"topic", name}});
    found = std::move(made.found);
  }
  const auto findings = judge(found, names_);
  if (const auto warning = warnings(findings, false); !warning.empty())
    parts.lines.write(LogLevel::warning, "topics_warning", {{"detail", warning}});
  TRY_VOID(refuse_wrong(findings));
  watch_ = std::make_unique<TopicsWatch>(std::move(admin), found, parts.lines);
  return {};
}

// Nothing is written to the log before the vault is complete. Another init may be at it just now,
// so the vault is looked at once more behind the log.
Result<void> KafkaBacking::refuse_emptied(const std::function<bool()>& is_empty) const {
  if (!is_empty()) return {};
  const TopicAdmin admin(connection_);
  for (const std::string& name : {names_.control, names_.tokens}) {
    TRY(const bool written, admin.was_written(name));
    if (!written || !is_empty()) continue;
    return reject(
        Code::unavailable,
        fmt::format("{} holds no deployment, and {} holds records: it was emptied or made anew. "
                    "Restore it from a back-up of the brokers; it is never begun anew beside the "
                    "others",
                    vault_place(), name));
  }
  return {};
}

// The key is made only for a vault that says nothing yet: no other key opens an old one.
Result<void> KafkaBacking::open_vault(const NodeOptions& options, const Parts& parts) {
  const KafkaVaultOptions vault{.topic = names_.vault};
  bool make_key = false;
  if (options.may_begin) {
    TRY_VOID(refuse_emptied([&] { return make_key = !vault_exists(connection_, vault); }));
  }
  if (make_key) load_or_create_key_encryption_key(options.key_file, parts.random);
  const auto is_empty = [&] {
    vault_ = std::make_unique<KafkaVault>(connection_, vault,
                                          load_key_encryption_key(options.key_file), parts.random);
    return !is_complete(*vault_);
  };
  TRY_VOID(refuse_emptied(is_empty));
  if (options.may_begin) {
    identity_ =
        load_or_create_identity(*vault_, parts.random, parts.signing_keys, options.moves_in);
  } else if (is_complete(*vault_)) {
    identity_ = load_identity(*vault_);
  } else {
    return reject(Code::unavailable,
                  fmt::format("{} holds no deployment, or one whose init did not end. {}",
                              vault_place(), what_to_run(*options.kafka)));
  }
  mac_ = std::make_unique<FleetMac>(std::span(&identity_->fleet_key, 1), identity_->fleet_key.id);
  return {};
}

void KafkaBacking::open_log(const NodeOptions& options, const Parts& parts) {
  KafkaLogOptions log;
  log.connection = connection_of(*options.kafka);
  log.directory = mirror_;
  log.disk_reserve_bytes = options.disk_reserve_bytes;
  log.unreadable = [&lines = parts.lines](const std::string& what) {
    lines.write(LogLevel::error, "record_unreadable", {{"detail", what}});
  };
  log_ = std::make_unique<KafkaLog>(parts.resources, parts.clock, parts.random, std::move(log));
  log_->tick_with([this](Partition partition) {
    return make_frame(*mac_, identity_->log_id, partition, FrameKind::tick, {});
  });
  gated_ = std::make_unique<GatedLog>(
      *log_, [this] { return watch_->refuses() || !vault_->lost().empty(); },
      [this] { return vault_->lost(); });
}

std::string KafkaBacking::fault() const {
  if (const auto refusal = watch_->refusal(); !refusal.empty())
    return "nothing is written: " + refusal;
  if (const auto fault = log_->fault(); !fault.empty()) return fault;
  return vault_->fault();
}

std::optional<std::uint64_t> KafkaBacking::end(Partition partition) const {
  return log_->end(partition);
}

std::uint64_t KafkaBacking::bytes() const {
  std::uint64_t bytes = 0;
  std::error_code error;  // files come and go meanwhile
  for (const auto& file : std::filesystem::directory_iterator(mirror_, error)) {
    const auto size = file.file_size(error);
    if (!error) bytes += size;
  }
  return bytes;
}

// As long as something comes there is no limit: a topic may be large.
Result<void> KafkaBacking::catch_up(Progress& progress, const std::function<void()>& meanwhile) {
  using Steady = std::chrono::steady_clock;
  auto heard_at = Steady::now();
  MissedRights missed;
  std::uint64_t most = 0;
  const auto report = [&](std::uint64_t done, std::uint64_t total) {
    const bool more = std::exchange(most, std::max(most, done)) < done;
    progress.report("fetching the log", "records", done, total);
    meanwhile();
    if (more) heard_at = Steady::now();  // not before: what is done meanwhile may take its time
  };
  while (!log_->catch_up(catch_up_round, report)) {
    if (const auto other = log_->other_history(); !other.empty())
      return reject(Code::unavailable, other);
    const auto lacking = log_->lacking_right();
    if (missed.lacks(!lacking.empty(), log_->rights_missed()))
      return reject(Code::unavailable,
                    fmt::format("the brokers {} refuse: {}", connection_.brokers, lacking));
    if (Steady::now() - heard_at > catch_up_silence_max) {
      const std::string fault = log_->fault();
      return reject(Code::unavailable,
                    fmt::format("the brokers {} deliver nothing more of the log{}{}",
                                connection_.brokers, fault.empty() ? "" : ": ", fault));
    }
    progress.report("waiting for the brokers", "records", most, most);
  }
  return {};
}

}  // namespace optare
