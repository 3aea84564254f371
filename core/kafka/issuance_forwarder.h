// Brings what the issuance spool holds into its topic (design D10).
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include "core/issuance/forwarding.h"
#include "core/kafka/counts.h"
#include "core/kafka/ordered_producer.h"
#include "core/log/retained_log.h"

namespace optare {

struct ForwarderOptions {
  std::string topic;
  ForwardingLimits limits{};
  // So long what comes is gathered where nobody waits for it: handing over costs this node and the
  // brokers as much for many batches as for one. Not while there is more than that to forward.
  std::chrono::milliseconds gather{20};
  // When it ends: how long it goes on with what is there.
  std::chrono::milliseconds stop_patience{2'000};
  KafkaSettings more{};  // further settings of librdkafka, for tests
};

struct ForwardStatus {
  std::uint64_t queue = 0;         // batches of the spool that are not acknowledged
  Duration age{};                  // of the oldest of them
  std::uint64_t forwarded = 0;     // batches acknowledged since the start
  std::uint64_t lost = 0;          // batches that the spool dropped before they were forwarded
  std::uint64_t held_records = 0;  // of the queue, in memory
  std::uint64_t held_bytes = 0;
  std::uint64_t held_records_most = 0;  // since the start
  std::map<std::string, std::uint64_t> errors{};
  // What it met last, until a batch is acknowledged after it or none is left; else why the mark
  // cannot be kept. Empty when all is well.
  std::string trouble{};
};

// One record of the topic is one batch of the spool, byte for byte; its key is the beginning of the
// batch's hash: a compaction switched on by accident deletes nothing but repeats. The batches of a
// node are in one partition, in order, some perhaps several times: a reader drops what he has by
// (node, start, number), and the chain says that nothing is missing (core/issuance/collector.h).
// When the topic gets more partitions, the node may go on in another one.
//
// Thread: a thread of its own does everything; `status` from any.
class IssuanceForwarder {
 public:
  struct Parts {
    const KafkaConnection& connection;
    RetainedLog& spool;
    // The mark as it was kept last (core/issuance/forward_mark.h), empty when there is none; and
    // what keeps it, durably. What that throws is counted, and it is tried again.
    std::string mark;
    std::function<void(std::string_view)> keep_mark;
    // Who waits; may be null.
    std::shared_ptr<IssuanceAcknowledgements> acknowledgements;
    // Told of what an operator has to know: records were lost, or are sent once more.
    std::function<void(const std::string&)> remark;
  };
  // Goes on where the mark says. It is the spool's one subscriber. All parts outlive this. Throws
  // LogFault.
  IssuanceForwarder(Parts parts, ForwarderOptions options);
  // Takes `stop_patience` at most, and keeps the mark.
  ~IssuanceForwarder();
  IssuanceForwarder(const IssuanceForwarder&) = delete;
  IssuanceForwarder& operator=(const IssuanceForwarder&) = delete;

  ForwardStatus status() const;

 private:
  using Steady = std::chrono::steady_clock;
  // Told by other threads that there is something to do; outlives who is told.
  struct Wake {
    std::mutex mutex;
    std::condition_variable changed;
    bool pending = false;
    bool stopping = false;
    void call();
  };

  void run();
  bool wait();  // whether it has to stop
  bool gathers() const;
  void step();
  Forwarding::Ways ways();
  void publish();
  std::string trouble() const;

  const Parts parts_;
  const ForwarderOptions options_;
  const std::shared_ptr<Wake> wake_ = std::make_shared<Wake>();
  KafkaCounts counts_;

  // The thread's own.
  std::unique_ptr<OrderedProducer> producer_;
  Forwarding forwarding_;

  mutable std::mutex status_mutex_;
  ForwardStatus status_;  // but for what is counted when asked
  std::optional<Timestamp> status_oldest_;
  std::uint64_t status_acknowledged_ = 0;

  std::thread thread_;
};

}  // namespace optare
