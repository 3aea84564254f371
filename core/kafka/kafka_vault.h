// The vault of a deployment on Kafka: a compacted topic, kept in memory by each node as it is
// sealed (design D15).
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>

#include "core/kafka/topic_reader.h"
#include "core/kafka/vault_check.h"
#include "core/kafka/vault_producer.h"
#include "core/ports/random.h"
#include "core/ports/vault.h"
#include "core/vault/row_seal.h"

namespace optare {

struct KafkaVaultOptions {
  std::string topic;
  // Writes nothing at all: what has to be written again is left to others, and that rows are lost
  // is never certain. `put`, `claim` and `erase` throw.
  bool read_only = false;
  std::chrono::milliseconds open_patience{30'000};   // to follow the topic to its end; ours
  std::chrono::milliseconds write_patience{10'000};  // to read back what was written; ours
  // How long a broker keeps a question for what is new. Brokers answer as soon as something is;
  // librdkafka's mock does not.
  std::chrono::milliseconds fetch_wait{500};
  // A row that a stranger's record stands behind is written again after so long: before compaction
  // can take it (min.compaction.lag.ms, an hour). Ours.
  std::chrono::milliseconds write_again_after{60'000};
  // So often it is looked whether the topic still has what was read of it; also after a fault. A
  // look in which nothing comes for so long is begun again. Ours: a vault has some dozen rows.
  std::chrono::milliseconds check_interval{10'000};
};

// Whether the topic says anything of a log: then its key must not be made anew. Throws VaultFault
// when it cannot be read in time.
bool vault_exists(const KafkaConnection& connection, const KafkaVaultOptions& options);

// Rows as RowSeal makes them, records as VaultRecords reads them. A row that the key does not open
// is as if it were not there, and so is a tombstone, which nobody seals: who can merely write to
// the topic changes no secret, and erases none. What is erased gets a sealed row that says so, and
// keeps it. "log-id" is a claim whichever way it is put.
//
// Compaction keeps the last record of a key, whoever wrote it. So whatever stands last has to be
// ours: each node writes again what a stranger's record stands behind. A row that another node
// erases at that very moment may come back so; no erased name is in use any more.
//
// No node keeps a vault on its disk. A topic that lacks rows which this node holds (VaultCheck) was
// made anew, or is an older copy: `lost` says so, for good. The rows are not written again then:
// who made it anew may have begun something else in it.
//
// Thread: all members from any. Writing waits, so not from a thread that answers requests.
class KafkaVault final : public Vault {
 public:
  // Follows the topic to its end, and goes on. Throws VaultFault: not in time, or sealed under
  // another key. `connection` and `random` outlive this.
  KafkaVault(const KafkaConnection& connection, KafkaVaultOptions options,
             Secret key_encryption_key, Random& random);
  ~KafkaVault() override;
  KafkaVault(const KafkaVault&) = delete;
  KafkaVault& operator=(const KafkaVault&) = delete;

  std::optional<Secret> get(std::string_view name) const override;
  std::vector<std::string> names(std::string_view prefix) const override;
  // These return once this node has read back what they wrote. Throw VaultFault when it was not
  // written, or nobody knows in time.
  void put(std::string_view name, const Secret& value) override;
  bool claim(std::string_view name, const Secret& value) override;
  void erase(std::string_view name) override;

  // Why what others write is not seen now, or not whether all is there; empty when both are.
  std::string fault() const;
  // Why this is no vault any more, and what to do; empty while it is one.
  std::string lost() const;
  // Records that are not the vault's own: of another key, altered, or tombstones.
  std::uint64_t foreign_records() const { return foreign_records_; }

 private:
  // The next record of what is new.
  void follow(std::chrono::milliseconds patience);
  void find_place();
  // The next one of a look, which is begun and ended where that is due.
  void check();
  void begin_check();
  void end_check();  // REQUIRES: mutex_ held
  void mark();
  void refuse_writing() const;
  void apply(const TopicReader::Record& record);  // REQUIRES: mutex_ held
  // REQUIRES: mutex_ held.
  void open(std::string_view key, std::optional<std::string_view> value);
  struct Kind {
    bool own = false;
    bool erases = false;
  };
  // REQUIRES: mutex_ held.
  Kind kind_of(std::string_view key, std::optional<std::string_view> value);
  bool is_own(std::string_view name, std::string_view row);  // REQUIRES: mutex_ held
  [[noreturn]] void refuse_key() const;
  // The follower's.
  void write_again();
  // Returns once it was read back. REQUIRES: write_mutex_ held.
  void write(const std::string& key, const std::string& row);

  // A record that stands before the log id, without which it cannot be opened.
  struct Early {
    std::string key;
    std::string row;
  };

  const KafkaConnection& connection_;
  const KafkaVaultOptions options_;
  Random& random_;
  // The constructor's, then the follower's. What cannot be read in a look keeps nobody from what is
  // new, so each has a reader; after a look that found all, that one follows which read it.
  std::unique_ptr<TopicReader> reader_;
  std::unique_ptr<TopicReader> checker_;
  VaultCheck check_;
  bool checking_ = false;
  std::chrono::steady_clock::time_point check_at_{};  // begun, or given up
  std::chrono::steady_clock::time_point mark_at_{};

  std::mutex write_mutex_;  // guards what writes
  VaultProducer producer_;

  mutable std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  RowSeal seal_;
  VaultRecords records_;
  std::vector<Early> early_;
  std::size_t early_bytes_ = 0;
  std::chrono::steady_clock::time_point write_again_at_{};
  std::uint64_t next_offset_ = 0;  // what is below was read; 0: the reader lost its place
  std::uint64_t places_lost_ = 0;
  bool other_key_ = false;   // the log id was sealed under another one
  std::string fault_;        // of what is new
  std::string check_fault_;  // of the last look
  std::string lost_;

  std::atomic<bool> is_lost_ = false;
  std::atomic<std::uint64_t> foreign_records_ = 0;
  std::atomic<bool> stopping_ = false;
  std::thread follower_;
};

}  // namespace optare
