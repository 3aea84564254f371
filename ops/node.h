// What a process keeps running beneath its listeners: the vault, the log, the view and who follows
// it, the spool. Every part is made here and passed down.
#pragma once

#include <functional>
#include <memory>

#include "commands/runner.h"
#include "core/issuance/retention.h"
#include "core/issuance/spool.h"
#include "core/openssl/frame_mac.h"
#include "core/openssl/signing_keys.h"
#include "core/rocksdb/embedded_log.h"
#include "core/rocksdb/rocksdb_store.h"
#include "ops/backing.h"
#include "ops/config.h"
#include "ops/follower_thread.h"
#include "ops/log_line.h"
#include "ops/progress.h"
#include "projections/due_secrets.h"
#include "projections/follow.h"

namespace optare {

class IssuanceForwarder;

// How to reach the cluster: the settings kafka_..., as they are written.
struct KafkaOptions {
  std::string brokers;
  std::string topic_prefix;
  std::string security_protocol;
  std::string sasl_mechanism;
  std::string sasl_username;
  std::filesystem::path sasl_password_file;  // empty: no SASL
  std::string ssl_ca;
  std::string ssl_cert;
  std::string ssl_key;
  // Whether a token waits until Kafka has its issuance record, too.
  bool issuance_acknowledged = false;
};

struct NodeOptions {
  std::filesystem::path data;
  std::filesystem::path key_file;
  std::optional<KafkaOptions> kafka{};  // none: the log and the vault are in the data folder
  // Whether a deployment may be begun where there is none.
  bool may_begin = true;
  // Where the first administrator's credentials go.
  std::filesystem::path admin_file{};
  std::string issuer;          // empty: the recorded one
  std::string default_issuer;  // at the first start, when `issuer` is empty; empty: must be named
  RocksBudget memory{};
  std::uint64_t disk_reserve_bytes = 256ULL << 20U;
  IssuanceRetention retention{};
  LiveStatesOptions view{};
  const Vault* moves_in = nullptr;  // `optare log import`: the vault of who moves in
};
NodeOptions node_options(const Config& config);

// Names of the folders beneath the data folder.
std::filesystem::path vault_folder(const std::filesystem::path& data);
std::filesystem::path log_folder(const std::filesystem::path& data);
std::filesystem::path view_folder(const std::filesystem::path& data);
std::filesystem::path spool_folder(const std::filesystem::path& data);

// Members in the order they are made; the later ones end first.
struct Node {
  // Opens the folder, makes what is missing at a first start, brings the view up to the log's end,
  // and begins to follow. Errors: invalid (the issuer), unavailable (the log and the view do not
  // fit together; the detail says what to do). Throws VaultFault, LogFault, StoreFault, FileFault.
  [[nodiscard]] static Result<std::unique_ptr<Node>> open(NodeOptions options, Clock& clock,
                                                          Random& random, LogLines& lines,
                                                          Progress& progress);
  // For `optare log import`: the vault takes over what `source` holds, and the view is brought up
  // to the log's end. Nothing is begun and nobody follows: the import does. Errors: conflict, when
  // the vault or the log is another deployment's.
  [[nodiscard]] static Result<std::unique_ptr<Node>> open_to_import(NodeOptions options,
                                                                    const Vault& source,
                                                                    Clock& clock, Random& random,
                                                                    LogLines& lines,
                                                                    Progress& progress);
  // What a node is made over; `open` makes it.
  struct Ground {
    std::unique_ptr<OpensslSigningKeys> signing_keys;
    std::unique_ptr<RocksResources> resources;
    std::unique_ptr<Backing> backing;
  };
  Node(NodeOptions options, Ground ground, Clock& clock, Random& random, LogLines& lines);
  ~Node();
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;

  const std::string& issuer() const { return issuer_; }
  // Whether this start began the deployment.
  bool began() const { return began_; }
  std::string node_id;

  const NodeOptions options;
  Clock& clock;
  Random& random;
  LogLines& lines;
  const Ground ground;
  const OpensslSigningKeys& signing_keys;
  const RocksResources& resources;
  Backing& backing;
  Vault& vault;
  const Identity& identity;
  FleetMac mac;
  EventLog& log;
  RocksStore store;
  LiveStates states;
  Settler settler;
  Journal accepted;
  LogCommandRunner runner;
  EmbeddedLog spool_log;
  const std::shared_ptr<IssuanceAcknowledgements> acknowledgements;  // null: nobody waits for them
  IssuanceSpool spool;
  // Null: the log is not on Kafka, or not known yet to be the one that this folder belongs to.
  std::unique_ptr<IssuanceForwarder> forwarder;
  LastUsed last_used;
  // Void records by reason, since the start. Written by the follower, read by metrics.
  std::array<std::atomic<std::uint64_t>, void_reasons_count> voids{};
  Follower follower;
  std::unique_ptr<FollowerThread> following;

 private:
  static Result<std::unique_ptr<Node>> make(NodeOptions options, Clock& clock, Random& random,
                                            LogLines& lines);
  Result<void> start(Progress& progress);
  Result<void> bring_up(Progress& progress);
  void open_follower(Progress& progress);
  void step_while_fetching();
  void catch_up(Progress& progress);
  Result<void> first_start();
  Result<void> begin_or_go_on(Progress& progress);
  void look_for_signing_keys();
  Result<void> check_vault() const;
  Result<void> check_issuer();
  void pin();

  std::string issuer_;
  bool began_ = false;
};

}  // namespace optare
