// librdkafka's mock cluster: brokers in this process that speak the protocol, and keep no rule of
// it that is about several producers. Real sockets, nothing on disk.
#pragma once

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

#include "core/kafka/client.h"

namespace optare {

class MockKafka {
 public:
  explicit MockKafka(int brokers = 1)
      : handle_(make_kafka(RD_KAFKA_PRODUCER, {.brokers = "127.0.0.1:1"})),
        cluster_(rd_kafka_mock_cluster_new(handle_.get(), brokers)) {
    if (cluster_ == nullptr) throw std::runtime_error("no mock cluster");
  }
  ~MockKafka() { rd_kafka_mock_cluster_destroy(cluster_); }
  MockKafka(const MockKafka&) = delete;
  MockKafka& operator=(const MockKafka&) = delete;

  KafkaConnection connection() const {
    return {.brokers = rd_kafka_mock_cluster_bootstraps(cluster_)};
  }
  void make_topic(const std::string& name) {
    const auto error = rd_kafka_mock_topic_create(cluster_, name.c_str(), 1, 1);
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) throw std::runtime_error(rd_kafka_err2str(error));
  }
  // What the next requests to write records are answered, one each.
  void fail_produce(const std::vector<rd_kafka_resp_err_t>& errors) {
    rd_kafka_mock_push_request_errors_array(cluster_, produce_request, errors.size(),
                                            errors.data());
  }
  void fail_no_more() { rd_kafka_mock_clear_request_errors(cluster_, produce_request); }
  rd_kafka_mock_cluster_t* cluster() { return cluster_; }

 private:
  static constexpr std::int16_t produce_request = 0;  // its number in the protocol
  KafkaHandle handle_;
  rd_kafka_mock_cluster_t* cluster_;
};

}  // namespace optare
