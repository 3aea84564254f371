#include "core/kafka/ordered_producer.h"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "core/kafka/rights.h"

namespace optare {
namespace {

// Beyond what any record has: the topic's own limit decides.
constexpr std::size_t message_bytes_max = 64U << 20U;

KafkaSettings settings(const KafkaSettings& more) {
  KafkaSettings all =
      producer_settings({// A record that fails alone would let those behind it overtake it.
                         {"enable.gapless.guarantee", "true"},
                         {"message.timeout.ms", "0"},  // none
                         {"message.max.bytes", std::to_string(message_bytes_max)}});
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

void* as_opaque(std::uint64_t number) {
  return reinterpret_cast<void*>(static_cast<std::uintptr_t>(number));
}
std::uint64_t as_number(const void* opaque) { return reinterpret_cast<std::uintptr_t>(opaque); }

}  // namespace

OrderedProducer::OrderedProducer(const KafkaConnection& connection, const std::string& topic,
                                 KafkaCounts& counts, std::function<void()> wake,
                                 const KafkaSettings& more)
    : counts_(counts),
      wake_(std::move(wake)),
      handle_(make_kafka(RD_KAFKA_PRODUCER, connection, settings(more),
                         [this](rd_kafka_conf_t* conf) {
                           rd_kafka_conf_set_opaque(conf, this);
                           rd_kafka_conf_set_dr_msg_cb(conf, on_delivery);
                           rd_kafka_conf_set_error_cb(conf, on_error);
                         })),
      topic_(make_placed_topic(topic)) {
  const KafkaQueue queue(rd_kafka_queue_get_main(handle_.get()));
  rd_kafka_queue_cb_event_enable(
      queue.get(),
      [](rd_kafka_t*, void* opaque) { static_cast<const OrderedProducer*>(opaque)->wake_(); },
      this);
}

KafkaTopicHandle OrderedProducer::make_placed_topic(const std::string& name) {
  rd_kafka_topic_conf_t* const conf = rd_kafka_default_topic_conf_dup(handle_.get());
  rd_kafka_topic_conf_set_opaque(conf, this);
  rd_kafka_topic_conf_set_partitioner_cb(conf, [](const rd_kafka_topic_t*, const void*, std::size_t,
                                                  std::int32_t partitions, void* opaque, void*) {
    const std::uint32_t place = static_cast<const OrderedProducer*>(opaque)->place_;
    return static_cast<std::int32_t>(place % static_cast<std::uint32_t>(partitions));
  });
  KafkaTopicHandle topic(rd_kafka_topic_new(handle_.get(), name.c_str(), conf));
  if (topic) return topic;
  const auto error = rd_kafka_last_error();
  rd_kafka_topic_conf_destroy(conf);
  throw KafkaFault(fmt::format("topic {}: {}", name, rd_kafka_err2str(error)));
}

OrderedProducer::~OrderedProducer() {
  const KafkaQueue queue(rd_kafka_queue_get_main(handle_.get()));
  rd_kafka_queue_cb_event_enable(queue.get(), nullptr, nullptr);
  rd_kafka_purge(handle_.get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
  topic_.reset();
}

void OrderedProducer::produce(std::string_view key, std::string_view value, std::uint64_t number) {
  if (!fault_.empty()) return;
  // librdkafka copies the bytes.
  if (rd_kafka_produce(topic_.get(), RD_KAFKA_PARTITION_UA, RD_KAFKA_MSG_F_COPY,
                       const_cast<char*>(value.data()), value.size(), key.data(), key.size(),
                       as_opaque(number)) != 0)
    fail(rd_kafka_last_error(), rd_kafka_err2str(rd_kafka_last_error()));
}

void OrderedProducer::poll(const std::function<void(std::uint64_t)>& acknowledged) {
  acknowledged_ = &acknowledged;
  rd_kafka_poll(handle_.get(), 0);
  acknowledged_ = nullptr;
}

// After a fault nothing counts: what is acknowledged behind it may have overtaken something.
void OrderedProducer::on_delivery(rd_kafka_t* /*handle*/, const rd_kafka_message_t* message,
                                  void* opaque) {
  auto& self = *static_cast<OrderedProducer*>(opaque);
  if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
    const std::string topic = fmt::format("topic {}", rd_kafka_topic_name(message->rkt));
    return self.fail(message->err, words_of(message->err, "Write", topic).c_str());
  }
  if (!self.fault_.empty() || self.acknowledged_ == nullptr) return;
  self.trouble_.clear();
  (*self.acknowledged_)(as_number(message->_private));
}

// Only a fatal one ends it: librdkafka goes on after the others by itself.
void OrderedProducer::on_error(rd_kafka_t* handle, int error, const char* /*reason*/,
                               void* opaque) {
  auto& self = *static_cast<OrderedProducer*>(opaque);
  const auto code = static_cast<rd_kafka_resp_err_t>(error);
  if (code != RD_KAFKA_RESP_ERR__FATAL) {
    self.counts_.error("issuance", code);
    self.trouble_ = rd_kafka_err2str(code);
    return;
  }
  std::array<char, 256> text{};
  const auto fatal = rd_kafka_fatal_error(handle, text.data(), text.size());
  self.fail(fatal, text.data());  // which say what led to it
}

void OrderedProducer::fail(rd_kafka_resp_err_t error, const char* words) {
  if (!fault_.empty()) return;
  counts_.error("issuance", error);
  fault_ = words;
}

}  // namespace optare
