#include "ops/node.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <fstream>
#include <thread>

#include "api/oauth/token_signers.h"
#include "core/base/encoding.h"
#include "core/log/end_questions.h"
#include "ops/embedded_backing.h"
#include "ops/files.h"
#include "ops/forwarding.h"
#include "ops/kafka_backing.h"
#include "ops/moved.h"
#include "ops/pending_admin.h"
#include "projections/applied.h"

namespace optare {
namespace {

constexpr std::string_view pinned_log_key = "log-id";
constexpr std::string_view node_id_key = "node-id";
constexpr std::chrono::seconds signing_key_patience{10};  // for all that are missing; ours

std::filesystem::path credentials_file(const NodeOptions& options) {
  return options.admin_file.empty() ? admin_file_of(options.data) : options.admin_file;
}

// The data folder may have been there, open to others: what is made in it is not.
void make_folders(const NodeOptions& options) {
  make_private_folder(options.data);
  if (!options.kafka) make_private_folder(vault_folder(options.data));
  for (const auto& folder :
       {log_folder(options.data), view_folder(options.data), spool_folder(options.data)})
    make_private_folder(folder);
}

EmbeddedLogOptions spool_options(const NodeOptions& options) {
  EmbeddedLogOptions spool;
  spool.directory = spool_folder(options.data);
  spool.disk_reserve_bytes = options.disk_reserve_bytes;
  spool.refuse_wrong_clock = false;
  spool.tail_records_max = 0;  // nobody follows it
  return spool;
}

Result<std::unique_ptr<Backing>> backing_of(const NodeOptions& options,
                                            const KafkaBacking::Parts& parts) {
  if (options.kafka) return KafkaBacking::open(options, parts);
  return std::make_unique<EmbeddedBacking>(options, parts.resources, parts.clock, parts.random,
                                           parts.signing_keys);
}

std::unexpected<Rejection> move_unfinished() {
  return reject(Code::unavailable,
                "a history is being moved into this log, and the move is not finished: run `optare "
                "log import` again, as before. It goes on where it stopped");
}

std::string meta_or(Store& store, std::string_view key, const std::function<std::string()>& make) {
  if (auto value = store.get(Table::meta, key)) return *std::move(value);
  std::string value = make();
  StoreBatch batch;
  batch.put(Table::meta, key, value);
  store.write(batch);
  return value;
}

// Who the node is, is its spool's: two spools of one node would be two stories of what it issued. A
// folder that was copied without its spool is another node.
std::string node_id_of(const NodeOptions& options, Store& store, Random& random) {
  const std::filesystem::path file = spool_folder(options.data) / "node-id";
  std::string id;
  std::getline(std::ifstream(file) >> std::ws, id);
  if (id.empty()) {
    const bool had_spool = !std::filesystem::is_empty(spool_folder(options.data));
    id = had_spool ? store.get(Table::meta, node_id_key).value_or("") : "";  // of an older build
    if (id.empty()) id = random.id("node_");
    write_file_durably(file, id + '\n', S_IRUSR | S_IWUSR);
  }
  return id;
}

}  // namespace

NodeOptions node_options(const Config& config) {
  NodeOptions options;
  options.data = config.data;
  options.key_file = key_file_of(config);
  options.issuer = config.issuer;
  if (config.listen.loopback() && config.listen.port != 0)
    options.default_issuer =
        fmt::format("{}://{}", config.tls_cert.empty() ? "http" : "https", config.listen.text());
  options.memory.block_cache_bytes = config.block_cache_mib << 20U;
  options.disk_reserve_bytes = config.disk_reserve_mib << 20U;
  options.retention.age_max = std::chrono::days(config.issuance_retention_days);
  options.retention.bytes_max = config.issuance_retention_gib << 30U;
  options.view.staleness_max = config.max_staleness;
  if (config.log == "kafka") {
    options.kafka = KafkaOptions{.brokers = config.kafka_brokers,
                                 .topic_prefix = config.kafka_topic_prefix,
                                 .security_protocol = config.kafka_security_protocol,
                                 .sasl_mechanism = config.kafka_sasl_mechanism,
                                 .sasl_username = config.kafka_sasl_username,
                                 .sasl_password_file = config.kafka_sasl_password_file,
                                 .ssl_ca = config.kafka_ssl_ca,
                                 .ssl_cert = config.kafka_ssl_cert,
                                 .ssl_key = config.kafka_ssl_key,
                                 .issuance_acknowledged = config.issuance_ack == "kafka"};
    static_assert(absence_patience_of_brokers == command_patience);
    options.view.absence_patience = absence_patience_of_brokers;
    options.may_begin = false;  // of several nodes none may: `optare init` does
  }
  return options;
}

std::filesystem::path vault_folder(const std::filesystem::path& data) { return data / "vault"; }
std::filesystem::path log_folder(const std::filesystem::path& data) { return data / "log"; }
std::filesystem::path view_folder(const std::filesystem::path& data) { return data / "view"; }
std::filesystem::path spool_folder(const std::filesystem::path& data) { return data / "spool"; }

Result<std::unique_ptr<Node>> Node::open(NodeOptions options, Clock& clock, Random& random,
                                         LogLines& lines, Progress& progress) {
  if (const auto notice = moved_notice(options.data)) return reject(Code::unavailable, *notice);
  TRY(auto node, make(std::move(options), clock, random, lines));
  TRY_VOID(node->start(progress));
  return node;
}

Result<std::unique_ptr<Node>> Node::open_to_import(NodeOptions options, const Vault& source,
                                                   Clock& clock, Random& random, LogLines& lines,
                                                   Progress& progress) {
  if (const auto notice = moved_notice(options.data)) return reject(Code::conflict, *notice);
  options.moves_in = &source;
  options.may_begin = true;
  TRY(auto node, make(std::move(options), clock, random, lines));
  TRY_VOID(node->bring_up(progress));
  return node;
}

Result<std::unique_ptr<Node>> Node::make(NodeOptions options, Clock& clock, Random& random,
                                         LogLines& lines) {
  make_folders(options);
  Ground ground;
  ground.signing_keys = std::make_unique<OpensslSigningKeys>();
  ground.resources = std::make_unique<RocksResources>(options.memory);
  TRY(ground.backing, backing_of(options, {.resources = *ground.resources,
                                           .clock = clock,
                                           .random = random,
                                           .signing_keys = *ground.signing_keys,
                                           .lines = lines}));
  return std::make_unique<Node>(std::move(options), std::move(ground), clock, random, lines);
}

Node::Node(NodeOptions given, Ground ground_given, Clock& clock_given, Random& random_given,
           LogLines& lines_given)
    : options(std::move(given)),
      clock(clock_given),
      random(random_given),
      lines(lines_given),
      ground(std::move(ground_given)),
      signing_keys(*ground.signing_keys),
      resources(*ground.resources),
      backing(*ground.backing),
      vault(backing.vault()),
      identity(backing.identity()),
      mac(std::span(&identity.fleet_key, 1), identity.fleet_key.id),
      log(backing.log()),
      store(resources, view_folder(options.data)),
      states(store, log, clock, options.view),
      settler(clock),
      accepted(store, log),
      runner({.states = states,
              .log = log,
              .settler = settler,
              .mac = mac,
              .accepted = accepted,
              .clock = clock,
              .random = random,
              .log_id = identity.log_id,
              .node_id = node_id = node_id_of(options, store, random),
              .in_doubt = [this](const std::string& stream,
                                 Timestamp deadline) { states.doubt(stream, deadline); },
              .view_full = [this] { return store.full(); }}),
      spool_log(resources, clock, spool_options(options)),
      acknowledgements(options.kafka && options.kafka->issuance_acknowledged
                           ? std::make_shared<IssuanceAcknowledgements>()
                           : nullptr),
      spool(spool_log, node_id, random.bytes<16>(), acknowledgements),
      follower({.log = log,
                .store = store,
                .mac = mac,
                .log_id = identity.log_id,
                .node_id = node_id,
                .states = states,
                .settler = &settler}) {
  follower.on_void = [this](const VoidRecord& record) {
    ++voids.at(static_cast<std::size_t>(record.reason));
    lines.write(LogLevel::warning, "void_record",
                {{"partition", partition_name(record.partition)},
                 {"offset", record.offset},
                 {"reason", void_reason_name(record.reason)}});
  };
}

Node::~Node() = default;

Result<void> Node::bring_up(Progress& progress) {
  TRY_VOID(check_vault());
  // What was fetched is applied while the rest comes. After a power loss a node's copy of the log
  // may be shorter than its view until then.
  const bool at_once = holds_what_was_applied(log, store).has_value();
  if (at_once) open_follower(progress);
  TRY_VOID(backing.catch_up(progress, [&] {
    if (at_once) step_while_fetching();
  }));
  if (!at_once) open_follower(progress);
  catch_up(progress);
  if (follower.stopped()) return reject(Code::unavailable, states.stop_reason());
  return {};
}

void Node::open_follower(Progress& progress) {
  follower.open([&](const RebuildProgress& rebuilt) {
    progress.report("making projections again", "commits", rebuilt.done, rebuilt.total);
  });
}

Result<void> Node::start(Progress& progress) {
  TRY_VOID(bring_up(progress));
  if (states.head(Partition::control).source) return move_unfinished();
  TRY_VOID(begin_or_go_on(progress));
  pin();
  TRY_VOID(check_issuer());
  if (backing.kafka() != nullptr) look_for_signing_keys();
  meta_or(store, last_used_since_key, [&] {
    std::string value;
    append_u64(value, static_cast<std::uint64_t>(milliseconds_of(log.now())));
    return value;
  });
  forwarder = make_forwarder(backing.kafka(), spool_folder(options.data), spool_log,
                             acknowledgements, lines);
  following = std::make_unique<FollowerThread>(FollowerThread::Parts{.follower = follower,
                                                                     .states = states,
                                                                     .log = log,
                                                                     .store = store,
                                                                     .last_used = last_used,
                                                                     .clock = clock,
                                                                     .lines = lines});
  return {};
}

// What this node's disk loses of the log meanwhile is fetched again; whether its disk is well is
// found out at the end.
void Node::step_while_fetching() {
  try {
    follower.step();
  } catch (const LogFault&) {
    return;
  }
}

void Node::catch_up(Progress& progress) {
  while (follower.step()) {
    std::uint64_t done = 0;
    std::uint64_t total = 0;
    for (const Partition partition : partitions) {
      done += states.head(partition).next_offset;
      total += log.end(partition);
    }
    progress.report("applying the log", "records", done, total);
  }
}

// Whose genesis was taken is known once one is applied, and with it what the credentials open.
Result<void> Node::begin_or_go_on(Progress& progress) {
  // Somebody else may have begun it after the log was read: the genesis is in the log before the
  // vault says so.
  if (states.position() == 0 && options.kafka && vault.get(log_begun_name)) {
    TRY_VOID(backing.catch_up(progress, [&] { step_while_fetching(); }));
    catch_up(progress);
  }
  Result<void> begun;
  if (states.position() == 0) begun = first_start();
  if (!options.kafka || !options.may_begin || states.position() == 0) return begun;
  began_ = PendingAdmin(credentials_file(options)).end(states, log.now());
  return began_ ? Result<void>() : begun;
}

// The log holds nothing that was admitted.
Result<void> Node::first_start() {
  if (const auto begun = vault.get(log_begun_name); begun && begun->reveal() == begun_by_move)
    return move_unfinished();
  const auto read = [&](VoidReason reason) {
    return voids.at(static_cast<std::size_t>(reason)).load();
  };
  if (store.get(Table::meta, pinned_log_key) || vault.get(log_begun_name) ||
      read(VoidReason::mac) + read(VoidReason::key) > 0) {
    // Brokers stamp anew what a client puts back.
    const std::string copied = read(VoidReason::deadline) == 0
                                   ? ""
                                   : ". What was read there is too old to count: copies that a "
                                     "client wrote have new times; put back the brokers' disks";
    return reject(Code::unavailable,
                  fmt::format("{} does not hold the log that this folder belongs to: restore it "
                              "from a back-up. It is never begun anew beside a vault or a view{}",
                              backing.log_place(), copied));
  }
  if (!options.may_begin) {
    return reject(Code::unavailable,
                  fmt::format("{} holds no deployment: `optare init` did not end. Run it again",
                              backing.log_place()));
  }
  const std::string issuer = options.issuer.empty() ? options.default_issuer : options.issuer;
  if (issuer.empty()) {
    return reject(Code::invalid,
                  "the first start needs --issuer URL: it cannot be guessed from a listener that "
                  "is not loopback, or whose port is 0");
  }
  lines.write(LogLevel::info, "first_start", {{"issuer", issuer}});
  if (options.kafka) {
    TRY(const auto admin, PendingAdmin(credentials_file(options)).begin(issuer, random));
    TRY_VOID(commit_genesis(follower, runner, random, identity, admin));
  } else {
    const AdminCredentials admin = new_administrator(issuer, random);
    write_admin_file(credentials_file(options), admin);
    TRY_VOID(commit_genesis(follower, runner, random, identity, admin));
    began_ = true;
  }
  return {};
}

// What a key signs is needed by whoever asks for a token. Its private part was in the vault before
// the log named it; where it is not, tokens are refused (503) until it is.
void Node::look_for_signing_keys() {
  const auto until = std::chrono::steady_clock::now() + signing_key_patience;
  for (const SigningKey& key : *states.signing_keys()) {
    if (key.revoked_at) continue;
    const std::string name = signing_key_secret_name(key.id);
    while (!vault.get(name) && std::chrono::steady_clock::now() < until)
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    if (!vault.get(name))
      lines.write(
          LogLevel::error, "signing_key_missing",
          {{"kid", key.id.text()},
           {"detail", "it is not in " + backing.vault_place() +
                          ": tokens that it has to sign are refused. Restore it from a "
                          "copy that has it, or publish another key (`optare keys rotate`)"}});
  }
}

// With the vault of another deployment every record of the log would be void, and what is written
// would be void to the right one. Looked at before anything is read or written.
Result<void> Node::check_vault() const {
  const auto pinned = store.get(Table::meta, pinned_log_key);
  if (!pinned || *pinned == text_of(identity.log_id)) return {};
  if (options.kafka) {
    return reject(Code::unavailable,
                  fmt::format("{} belongs to another deployment than {}: name its own topics "
                              "(--kafka-topic-prefix), or start on an empty data folder",
                              options.data.string(), backing.vault_place()));
  }
  return reject(Code::unavailable,
                fmt::format("{} belongs to another log than {}: restore both from the same back-up",
                            backing.vault_place(), backing.log_place()));
}

// From here on an empty or another log is a refusal, never a fresh start: the view knows, and the
// vault, should the view be lost with the log.
void Node::pin() {
  const auto begun = vault.get(log_begun_name);
  if (!begun || begun->reveal() != "1") vault.put(log_begun_name, Secret("1"));
  const std::string_view id = text_of(identity.log_id);
  if (store.get(Table::meta, pinned_log_key) == id) return;
  StoreBatch batch;
  batch.put(Table::meta, pinned_log_key, id);
  store.write(batch);
  store.sync();
}

Result<void> Node::check_issuer() {
  issuer_ = states.system()->issuer;
  if (options.issuer.empty() || options.issuer == issuer_) return {};
  return reject(Code::invalid,
                fmt::format("this deployment's issuer is {}, recorded at its first start, and "
                            "--issuer names {}: leave --issuer out, or use another data folder",
                            issuer_, options.issuer));
}

}  // namespace optare
