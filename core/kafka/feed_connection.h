// A connection to brokers, and what is fetched of each topic through it. It reads; what comes of it
// is the feed's.
#pragma once

#include <array>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/kafka/client.h"
#include "core/kafka/counts.h"
#include "core/log/event_log.h"
#include "core/log/frame.h"

namespace optare {

struct FeedOptions {
  std::map<Partition, std::string> topics;
  // Brokers answer as soon as there is something; librdkafka's mock does not, so tests say less.
  Duration fetch_wait = std::chrono::milliseconds(500);
  // What librdkafka fetches ahead of each topic; ours. Once there is as much it may rest for up to
  // a second, so that no more than this comes in one: a node that joins would wait for it.
  std::size_t queued_kib_max = 32U << 10U;
  // Longer records are void: nobody of ours writes them.
  std::size_t record_bytes_max = frame_bytes_max;
  // A record whose time a broker did not set is void. librdkafka's mock never sets one.
  bool broker_time_only = true;
  // Further settings of librdkafka, for tests.
  KafkaSettings more{};
};

// Thread: all members from one, but for `handle`.
class FeedConnection {
 public:
  using Message = std::unique_ptr<rd_kafka_message_t, decltype(&rd_kafka_message_destroy)>;

  // `brokers`: none but these are asked first. `came` is called by threads of librdkafka's whenever
  // there is something to take. Throws KafkaFault. `counts` outlives this.
  FeedConnection(const KafkaConnection& connection, const FeedOptions& options,
                 const std::string& brokers, KafkaCounts& counts, std::function<void()> came);
  // REQUIRES: nothing is started.
  ~FeedConnection();
  FeedConnection(const FeedConnection&) = delete;
  FeedConnection& operator=(const FeedConnection&) = delete;

  rd_kafka_t* handle() const { return handle_.get(); }
  // REQUIRES: the partition's topic is among the options', as for the others.
  [[nodiscard]] rd_kafka_resp_err_t start(Partition partition, std::uint64_t offset);
  // What was fetched and not taken is gone.
  void stop(Partition partition);
  // What has come, records and errors in their order; no more than some hundred.
  std::vector<Message> take(Partition partition);

 private:
  struct Source {
    KafkaTopicHandle topic;
    KafkaQueue queue;
  };
  Source& source(Partition partition) { return sources_[static_cast<std::size_t>(partition)]; }

  const std::function<void()> came_;
  KafkaHandle handle_;
  std::array<Source, partitions.size()> sources_;
};

}  // namespace optare
