// librdkafka's handles, made in one place with the settings that all of them share.
#pragma once

#include <librdkafka/rdkafka.h>

#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "core/base/secret.h"

namespace optare {

// Which cluster, and as whom. Values are those of librdkafka's settings; empty: its default.
struct KafkaConnection {
  std::string brokers;  // host:port,host:port
  std::string topic_prefix = "optare";
  std::string security_protocol = "plaintext";
  std::string sasl_mechanism{};
  std::string sasl_username{};
  Secret sasl_password{};
  std::string ssl_ca_location{};
  std::string ssl_certificate_location{};
  std::string ssl_key_location{};
};

// A setting that librdkafka does not take, or a handle that it cannot make. Holds no secret.
struct KafkaFault : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Ends without leaving a group: nothing of ours ever joins one.
struct EndKafka {
  void operator()(rd_kafka_t* handle) const {
    rd_kafka_destroy_flags(handle, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
  }
};
using KafkaHandle = std::unique_ptr<rd_kafka_t, EndKafka>;

struct EndKafkaTopic {
  void operator()(rd_kafka_topic_t* topic) const { rd_kafka_topic_destroy(topic); }
};
using KafkaTopicHandle = std::unique_ptr<rd_kafka_topic_t, EndKafkaTopic>;

struct EndKafkaQueue {
  void operator()(rd_kafka_queue_t* queue) const { rd_kafka_queue_destroy(queue); }
};
using KafkaQueue = std::unique_ptr<rd_kafka_queue_t, EndKafkaQueue>;

using KafkaSettings = std::vector<std::pair<std::string, std::string>>;

// A handle over `connection` with `more` settings; `callbacks` may set what is no text.
// librdkafka's own log lines are dropped: what matters arrives as an error. Throws KafkaFault.
KafkaHandle make_kafka(rd_kafka_type_t type, const KafkaConnection& connection,
                       const KafkaSettings& more = {},
                       const std::function<void(rd_kafka_conf_t*)>& callbacks = nullptr);

// A topic of the handle, whose settings are those of the handle. Throws KafkaFault.
KafkaTopicHandle make_topic(rd_kafka_t* handle, const std::string& name);

}  // namespace optare
