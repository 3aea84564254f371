// Produces records of one topic in their order, each once it is certain that those before it are
// there.
#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <string_view>

#include "core/kafka/client.h"
#include "core/kafka/counts.h"

namespace optare {

// librdkafka's idempotent producer without a time-out: brokers that are away are waited for, for
// ever, with what was handed over, which is the caller's to bound. Whatever else goes wrong ends
// the instance (a record that is left out would let the next ones overtake it): `fault` says what,
// and the caller makes another one that begins at the first record that was not acknowledged. What
// such a reader of the topic meets twice, he has met in order the first time.
//
// Thread: one; `wake` is called on librdkafka's, and must not block.
class OrderedProducer {
 public:
  // Throws KafkaFault. `counts` outlives this. `wake`: there is something to poll. `more`: further
  // settings of librdkafka, for tests.
  OrderedProducer(const KafkaConnection& connection, const std::string& topic, KafkaCounts& counts,
                  std::function<void()> wake, const KafkaSettings& more = {});
  // What is not acknowledged is given up; it may turn up in the topic.
  ~OrderedProducer();
  OrderedProducer(const OrderedProducer&) = delete;
  OrderedProducer& operator=(const OrderedProducer&) = delete;

  // Of a topic with several partitions, the one that `place` (by remainder) names from here on.
  // REQUIRES: what was produced at another place is acknowledged.
  void go_to(std::uint32_t place) { place_ = place; }
  // The bytes are copied. `number` comes back when it is acknowledged.
  void produce(std::string_view key, std::string_view value, std::uint64_t number);
  // Hands over, in order, the numbers acknowledged since the last call. Does not wait.
  void poll(const std::function<void(std::uint64_t number)>& acknowledged);
  // Why it takes nothing more; empty while it does.
  const std::string& fault() const { return fault_; }
  // What keeps it from being acknowledged, as it was last heard; empty since something was.
  const std::string& trouble() const { return fault_.empty() ? trouble_ : fault_; }

 private:
  static void on_delivery(rd_kafka_t* handle, const rd_kafka_message_t* message, void* opaque);
  static void on_error(rd_kafka_t* handle, int error, const char* reason, void* opaque);
  void fail(rd_kafka_resp_err_t error, const char* words);
  KafkaTopicHandle make_placed_topic(const std::string& name);

  KafkaCounts& counts_;
  std::atomic<std::uint32_t> place_ = 0;  // librdkafka's threads ask for it
  const std::function<void()> wake_;
  std::string fault_;
  std::string trouble_;
  const std::function<void(std::uint64_t)>* acknowledged_ = nullptr;  // while polling
  KafkaHandle handle_;
  KafkaTopicHandle topic_;
};

}  // namespace optare
