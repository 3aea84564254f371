// Rights of Kafka's (ACLs), given and taken by who may do everything.
#pragma once

#include <string>
#include <vector>

#include "tests/support/kafka_call.h"
#include "tests/support/raw_kafka.h"

namespace optare {

// As kafka-acls.sh names it: "DescribeConfigs" on all topics that begin so, or on the cluster.
struct KafkaRight {
  std::string operation;
  std::string topics = {};  // empty: the cluster
  bool operator==(const KafkaRight&) const = default;
};

// Each call returns when the brokers go by it, and throws with Kafka's words when they do not.
class KafkaRights {
 public:
  KafkaRights(const std::string& bootstrap, const RawKafka::Settings& client);
  void give(const std::string& user, const std::vector<KafkaRight>& rights);
  void take(const std::string& user, const KafkaRight& right);

 private:
  std::size_t found(const std::string& user, const KafkaRight& right);

  kafka_call::Handle<rd_kafka_t, rd_kafka_destroy> client_;
};

}  // namespace optare
