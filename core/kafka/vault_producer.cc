#include "core/kafka/vault_producer.h"

#include <fmt/format.h>

#include "core/kafka/rights.h"
#include "core/ports/vault.h"

namespace optare {
namespace {

using Steady = std::chrono::steady_clock;

constexpr int poll_ms = 100;

}  // namespace

void VaultProducer::start() {
  handle_ =
      make_kafka(RD_KAFKA_PRODUCER, connection_,
                 producer_settings({{"message.timeout.ms", std::to_string(patience_.count())}}),
                 [this](rd_kafka_conf_t* conf) {
                   rd_kafka_conf_set_opaque(conf, &delivery_);
                   rd_kafka_conf_set_dr_msg_cb(conf, on_delivery);
                 });
}

void VaultProducer::on_delivery(rd_kafka_t* /*handle*/, const rd_kafka_message_t* message,
                                void* opaque) {
  *static_cast<Delivery*>(opaque) = {
      .done = true,
      .error = message->err,
      .offset = message->offset,
      .surely_not = rd_kafka_message_status(message) == RD_KAFKA_MSG_STATUS_NOT_PERSISTED};
}

std::uint64_t VaultProducer::deliver(const std::string& key, std::string row) {
  if (!handle_) start();
  const auto until = Steady::now() + patience_ + delivery_grace;
  auto topic = make_topic(handle_.get(), topic_);
  // librdkafka may end its handle of a broker when it learns the brokers' names, and what waited
  // there with it: that is sent again.
  do {
    delivery_ = {};
    const int queued = rd_kafka_produce(topic.get(), 0, RD_KAFKA_MSG_F_COPY, row.data(), row.size(),
                                        key.data(), key.size(), nullptr);
    if (queued != 0) delivery_ = {.done = true, .error = rd_kafka_last_error()};
    while (!delivery_.done && !stopping_ && Steady::now() < until)
      rd_kafka_poll(handle_.get(), poll_ms);
  } while (delivery_.surely_not && delivery_.error == RD_KAFKA_RESP_ERR__DESTROY &&
           Steady::now() < until);
  if (delivery_.done && delivery_.error == RD_KAFKA_RESP_ERR_NO_ERROR)
    return static_cast<std::uint64_t>(delivery_.offset);
  const auto error = delivery_.done ? delivery_.error : RD_KAFKA_RESP_ERR__TIMED_OUT;
  topic.reset();
  handle_.reset();  // with what may still be under way
  throw VaultFault(fmt::format("the vault in topic {} cannot be written, or nobody knows: {}",
                               topic_, words_of(error, "Write", "topic " + topic_)));
}

}  // namespace optare
