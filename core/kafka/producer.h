// Appends to topics: one record per call, into partition 0, with a random key.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "core/kafka/acknowledged.h"
#include "core/kafka/client.h"
#include "core/kafka/counts.h"
#include "core/kafka/own_records.h"
#include "core/log/event_log.h"

namespace optare {

struct ProducerOptions {
  // By which topic of the cluster each partition is kept.
  std::map<Partition, std::string> topics;
  // As long as the commit's own deadline (commit_deadline): then it is void anyway.
  Duration give_up_after = std::chrono::seconds(10);
  // Over these, an append is refused at once.
  std::size_t queue_records_max = 16'384;
  std::size_t queue_kib_max = 32U << 10U;
  std::size_t record_bytes_max = 1U << 20U;
  // Where a record stands is believed with the time that a broker gave it. librdkafka's mock gives
  // none.
  bool broker_time_only = true;
  // Further settings of librdkafka, for tests.
  KafkaSettings more{};
};

// An instance of librdkafka's that met a fatal error takes nothing more: it is replaced, and what
// it still held is answered by what is known of it.
//
// Thread: `append` from any. `done` is called on the producer's own thread, or, for what is refused
// at once, before `append` returns; it may append.
class KafkaProducer {
 public:
  // With where the record stands, when brokers said so.
  using Done = std::function<void(Append, const std::optional<Written>&)>;
  // Throws KafkaFault. `connection` and `counts` outlive this.
  KafkaProducer(const KafkaConnection& connection, ProducerOptions options, KafkaCounts& counts);
  // Everything that is under way is answered.
  ~KafkaProducer();
  KafkaProducer(const KafkaProducer&) = delete;
  KafkaProducer& operator=(const KafkaProducer&) = delete;

  void append(Partition partition, const RecordKey& key, const std::string& frame, Done done);
  std::uint64_t rebuilt() const { return rebuilt_; }

 private:
  struct Instance {
    KafkaHandle handle;
    std::map<Partition, KafkaTopicHandle> topics;
  };
  std::shared_ptr<Instance> make();
  std::shared_ptr<Instance> instance() const;
  void serve_until_stopped();
  void replace_after_fatal_error(rd_kafka_resp_err_t error);
  static void end(std::shared_ptr<Instance> instance);

  const KafkaConnection& connection_;
  const ProducerOptions options_;
  KafkaCounts& counts_;
  mutable std::mutex mutex_;
  std::shared_ptr<Instance> instance_;
  std::atomic<std::uint64_t> rebuilt_ = 0;
  std::atomic<bool> stopping_ = false;
  std::thread thread_;
};

}  // namespace optare
