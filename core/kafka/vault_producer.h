// Writes to a vault's topic: one record at a time, of which it is known afterwards where it stands.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>

#include "core/kafka/client.h"

namespace optare {

// Beyond the producer's own time-out, which answers for the record; then it is not waited for.
constexpr std::chrono::milliseconds delivery_grace{2'000};

// Begins with the first record. After one of which nobody knows it begins anew, so that nothing of
// it comes later.
//
// Thread: `deliver` from one at a time, `stop` from any.
class VaultProducer {
 public:
  // `connection` outlives this.
  VaultProducer(const KafkaConnection& connection, std::string topic,
                std::chrono::milliseconds patience)
      : connection_(connection), topic_(std::move(topic)), patience_(patience) {}
  VaultProducer(const VaultProducer&) = delete;
  VaultProducer& operator=(const VaultProducer&) = delete;

  // Returns the offset at which it stands. Throws VaultFault: it was not written, or nobody knows
  // in time.
  std::uint64_t deliver(const std::string& key, std::string row);
  // Nothing is waited for any more.
  void stop() { stopping_ = true; }

 private:
  // What became of a record that was handed over.
  struct Delivery {
    bool done = false;
    rd_kafka_resp_err_t error = RD_KAFKA_RESP_ERR_NO_ERROR;
    std::int64_t offset = -1;
    bool surely_not = false;  // it is surely not in the topic
  };
  void start();
  static void on_delivery(rd_kafka_t* handle, const rd_kafka_message_t* message, void* opaque);

  const KafkaConnection& connection_;
  const std::string topic_;
  const std::chrono::milliseconds patience_;
  Delivery delivery_;  // of the one record that is under way
  std::atomic<bool> stopping_ = false;
  KafkaHandle handle_;
};

}  // namespace optare
