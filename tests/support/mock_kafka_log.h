// A KafkaLog on librdkafka's mock cluster, that can go and come back.
#pragma once

#include <functional>
#include <memory>

#include "core/kafka/kafka_log.h"
#include "core/openssl/random.h"
#include "core/system_clock/system_clock.h"
#include "tests/support/mock_kafka.h"
#include "tests/support/temporary_directory.h"

namespace optare {

// The mock never wakes a fetch that waits, and keeps the producer's time (dependencies: its traps).
inline KafkaLogOptions mock_log_options(const MockKafka& kafka, std::filesystem::path directory) {
  KafkaLogOptions options;
  options.connection = kafka.connection();
  options.directory = std::move(directory);
  options.fetch_wait = std::chrono::milliseconds(5);
  options.broker_time_only = false;
  return options;
}

inline std::unique_ptr<MockKafka> mock_with_topics() {
  auto kafka = std::make_unique<MockKafka>();
  for (const char* topic : {"optare.control", "optare.tokens"}) kafka->make_topic(topic);
  return kafka;
}

class MockKafkaLog {
 public:
  explicit MockKafkaLog(std::unique_ptr<MockKafka> cluster = mock_with_topics())
      : kafka(std::move(cluster)) {
    open();
  }

  void open(const std::function<void(KafkaLogOptions&)>& change = {}) {
    log.reset();
    KafkaLogOptions options = mock_log_options(*kafka, mirror());
    if (change) change(options);
    log = std::make_unique<KafkaLog>(resources, *clock, random, std::move(options));
  }
  void lose_mirror() {
    log.reset();
    std::filesystem::remove_all(mirror());
  }
  std::filesystem::path mirror() const { return directory / "log"; }

  std::unique_ptr<MockKafka> kafka;
  TemporaryDirectory directory;
  RocksResources resources;
  SystemClock system_clock;
  const Clock* clock = &system_clock;
  SystemRandom random;
  std::unique_ptr<KafkaLog> log;
};

}  // namespace optare
