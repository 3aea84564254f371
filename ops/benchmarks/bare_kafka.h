// What Kafka alone takes, with librdkafka and nothing of ours around it: beside what Optare takes.
#pragma once

#include <array>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

#include "core/kafka/topic_admin.h"

namespace optare {

inline KafkaConnection bare_connection(const std::string& brokers, const std::string& prefix) {
  KafkaConnection connection;
  connection.brokers = brokers;
  connection.topic_prefix = prefix;
  return connection;
}

// A topic that is set as a deployment's log is, made when it is missing; its name.
inline std::string make_bare_topic(const KafkaConnection& connection) {
  TopicAdmin admin(connection);
  auto found = admin.look();
  if (!found) throw std::runtime_error(found.error().detail);
  const auto made = admin.make_missing(*found);
  if (!made) throw std::runtime_error(made.error().detail);
  return admin.names().control;
}

using KafkaMessage = std::unique_ptr<rd_kafka_message_t, decltype(&rd_kafka_message_destroy)>;

// Durable as a commit is, and sent at once.
inline KafkaHandle bare_producer(const KafkaConnection& connection,
                                 void (*on_delivery)(rd_kafka_t*, const rd_kafka_message_t*,
                                                     void*) = nullptr,
                                 void* opaque = nullptr) {
  return make_kafka(RD_KAFKA_PRODUCER, connection,
                    {{"acks", "all"},
                     {"enable.idempotence", "true"},
                     {"linger.ms", "0"},
                     {"socket.nagle.disable", "true"},
                     {"queue.buffering.max.messages", "100000"}},
                    [&](rd_kafka_conf_t* conf) {
                      rd_kafka_conf_set_opaque(conf, opaque);
                      if (on_delivery != nullptr) rd_kafka_conf_set_dr_msg_cb(conf, on_delivery);
                    });
}

// One topic's only partition, from `offset` on.
class BareConsumer {
 public:
  BareConsumer(const KafkaConnection& connection, const std::string& topic, std::int64_t offset)
      : handle_(make_kafka(RD_KAFKA_CONSUMER, connection,
                           {{"enable.auto.commit", "false"},
                            {"auto.offset.reset", "error"},
                            {"enable.partition.eof", "true"},
                            {"check.crcs", "true"},
                            {"socket.nagle.disable", "true"}})),
        topic_(make_topic(handle_.get(), topic)),
        queue_(rd_kafka_queue_new(handle_.get())) {
    if (rd_kafka_consume_start_queue(topic_.get(), 0, offset, queue_.get()) != 0)
      throw std::runtime_error(rd_kafka_err2str(rd_kafka_last_error()));
  }
  ~BareConsumer() { rd_kafka_consume_stop(topic_.get(), 0); }
  BareConsumer(const BareConsumer&) = delete;
  BareConsumer& operator=(const BareConsumer&) = delete;

  // At most 30 s is waited for the next: a record, or that there is no more (_PARTITION_EOF).
  KafkaMessage next() {
    constexpr int patience_ms = 30'000;
    KafkaMessage message(rd_kafka_consume_queue(queue_.get(), patience_ms),
                         rd_kafka_message_destroy);
    if (!message) throw std::runtime_error("the bare consumer hears nothing");
    const bool well = message->err == RD_KAFKA_RESP_ERR_NO_ERROR ||
                      message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF;
    if (!well) throw std::runtime_error(rd_kafka_message_errstr(message.get()));
    return message;
  }

 private:
  KafkaHandle handle_;
  KafkaTopicHandle topic_;
  KafkaQueue queue_;
};

// One record after another, each read back before the next is sent.
class BareRoundTrip {
 public:
  // As long as the frame of a commit.
  explicit BareRoundTrip(const KafkaConnection& connection)
      : topic_(make_bare_topic(connection)),
        producer_(bare_producer(connection)),
        producer_topic_(make_topic(producer_.get(), topic_)),
        consumer_(connection, topic_, RD_KAFKA_OFFSET_END) {
    while (consumer_.next()->err != RD_KAFKA_RESP_ERR__PARTITION_EOF) continue;
  }

  void produce_and_consume() {
    if (rd_kafka_produce(producer_topic_.get(), 0, RD_KAFKA_MSG_F_COPY, record_.data(),
                         record_.size(), nullptr, 0, nullptr) != 0)
      throw std::runtime_error(rd_kafka_err2str(rd_kafka_last_error()));
    while (consumer_.next()->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) continue;
    rd_kafka_poll(producer_.get(), 0);
  }

 private:
  std::string topic_;
  KafkaHandle producer_;
  KafkaTopicHandle producer_topic_;
  BareConsumer consumer_;
  std::string record_ = std::string(700, 'x');
};

}  // namespace optare
