// Vault and log on Kafka: a deployment of any number of nodes (design D4).
#pragma once

#include "core/kafka/kafka_log.h"
#include "core/kafka/kafka_vault.h"
#include "core/openssl/frame_mac.h"
#include "ops/backing.h"
#include "ops/gated_log.h"
#include "ops/topics_watch.h"

namespace optare {

struct KafkaOptions;
struct NodeOptions;

// With the password read from its file. Throws KafkaFault when a file cannot be read.
KafkaConnection connection_of(const KafkaOptions& options);

// A start that hears nothing new from the brokers for so long gives up; ours, longer than any
// fail-over.
constexpr std::chrono::seconds catch_up_silence_max{60};

class KafkaBacking final : public Backing {
 public:
  struct Parts {
    const RocksResources& resources;
    const Clock& clock;
    Random& random;
    const SigningKeys& signing_keys;
    LogLines& lines;
  };
  // Looks at the topics and at the vault, in that order, before anything is read from the log.
  // `options.may_begin`: topics, the key file and the vault's contents are made where they are
  // missing; otherwise that they are is an error. Errors: unavailable, the detail says what to do.
  // Throws VaultFault, LogFault, KafkaFault, FileFault. All parts outlive this.
  [[nodiscard]] static Result<std::unique_ptr<Backing>> open(const NodeOptions& options,
                                                             const Parts& parts);
  ~KafkaBacking() override;

  Vault& vault() override { return *vault_; }
  EventLog& log() override { return *gated_; }
  const Identity& identity() const override { return *identity_; }
  std::string vault_place() const override { return "topic " + names_.vault; }
  std::string log_place() const override { return "topic " + names_.control; }
  std::string fault() const override;
  std::optional<std::uint64_t> end(Partition partition) const override;
  std::uint64_t bytes() const override;
  Result<void> catch_up(Progress& progress, const std::function<void()>& meanwhile) override;
  const KafkaBacking* kafka() const override { return this; }

  const KafkaConnection& connection() const { return connection_; }
  const TopicNames& names() const { return names_; }
  KafkaStatus status() const { return log_->status(); }
  bool topics_wrong() const { return watch_->refuses(); }
  std::vector<TopicCopies> topic_copies() const { return watch_->copies(); }
  std::uint64_t foreign_vault_records() const { return vault_->foreign_records(); }

 private:
  KafkaBacking(const NodeOptions& options, const Parts& parts);
  Result<void> look_at_topics(const NodeOptions& options, const Parts& parts);
  // Topics that are missing beside others that were written to were deleted, and are not made anew.
  Result<void> refuse_deleted(const TopicAdmin& admin, FoundCluster& found) const;
  Result<std::string> first_written(const TopicAdmin& admin, const FoundCluster& found) const;
  // A vault without a deployment beside a log that was written to was emptied, and is not begun
  // anew.
  Result<void> refuse_emptied(const std::function<bool()>& is_empty) const;
  Result<void> open_vault(const NodeOptions& options, const Parts& parts);
  void open_log(const NodeOptions& options, const Parts& parts);

  const KafkaConnection connection_;
  const TopicNames names_;
  std::filesystem::path mirror_;
  std::unique_ptr<KafkaVault> vault_;
  std::optional<Identity> identity_;
  std::unique_ptr<FleetMac> mac_;
  std::unique_ptr<TopicsWatch> watch_;
  std::unique_ptr<KafkaLog> log_;
  std::unique_ptr<GatedLog> gated_;
};

}  // namespace optare
