#include "core/kafka/producer.h"

#include <fmt/format.h>

#include <chrono>
#include <utility>

#include "core/kafka/delivery.h"

namespace optare {
namespace {

constexpr int poll_ms = 100;
// How long what was purged is waited for; librdkafka answers it at once.
constexpr int purge_ms = 5'000;
// After a fatal error that comes again at once, brokers are not stormed.
constexpr std::chrono::milliseconds replace_interval{200};

struct Pending {
  KafkaProducer::Done done;
  std::chrono::steady_clock::time_point sent;
  bool broker_time_only;
};

DeliveryReport report_of(const rd_kafka_message_t& message) {
  DeliveryReport report{.error = message.err,
                        .status = rd_kafka_message_status(&message),
                        .offset = message.offset,
                        .broker = rd_kafka_message_broker_id(&message)};
  rd_kafka_message_timestamp(&message, &report.stamped);
  return report;
}

void on_delivery(rd_kafka_t* /*handle*/, const rd_kafka_message_t* message, void* opaque) {
  const std::unique_ptr<Pending> pending(static_cast<Pending*>(message->_private));
  auto& counts = *static_cast<KafkaCounts*>(opaque);
  const DeliveryReport report = report_of(*message);
  const Append result = append_of(report.error, report.status);
  if (result == Append::persisted)
    counts.round_trip(std::chrono::steady_clock::now() - pending->sent);
  else
    counts.error("produce", message->err);
  counts.met(message->err, "Write", rd_kafka_topic_name(message->rkt));
  pending->done(result, written_of(report, pending->broker_time_only));
}

rd_kafka_resp_err_t fatal_error_of(rd_kafka_t* handle) {
  std::array<char, 256> text{};
  return rd_kafka_fatal_error(handle, text.data(), text.size());
}

void on_error(rd_kafka_t* handle, int error, const char* /*reason*/, void* opaque) {
  auto code = static_cast<rd_kafka_resp_err_t>(error);
  if (code == RD_KAFKA_RESP_ERR__FATAL) code = fatal_error_of(handle);
  static_cast<KafkaCounts*>(opaque)->error("producer", code);
}

int on_statistics(rd_kafka_t* /*handle*/, char* json, std::size_t size, void* opaque) {
  static_cast<KafkaCounts*>(opaque)->statistics({json, size});
  return 0;  // librdkafka keeps its text
}

}  // namespace

KafkaProducer::KafkaProducer(const KafkaConnection& connection, ProducerOptions options,
                             KafkaCounts& counts)
    : connection_(connection), options_(std::move(options)), counts_(counts), instance_(make()) {
  thread_ = std::thread([this] { serve_until_stopped(); });
}

KafkaProducer::~KafkaProducer() {
  stopping_ = true;
  thread_.join();
  end(std::exchange(instance_, nullptr));
}

// acks and idempotence are for durability and less noise; safety does not rest on them (design D1).
std::shared_ptr<KafkaProducer::Instance> KafkaProducer::make() {
  KafkaSettings settings = producer_settings({
      {"message.timeout.ms", std::to_string(options_.give_up_after.count())},
      {"message.max.bytes", std::to_string(options_.record_bytes_max)},
      {"queue.buffering.max.messages", std::to_string(options_.queue_records_max)},
      {"queue.buffering.max.kbytes", std::to_string(options_.queue_kib_max)},
      {"topic.metadata.refresh.interval.ms", "30000"},
      {"statistics.interval.ms", std::to_string(kafka_statistics_interval.count())},
  });
  settings.insert(settings.end(), options_.more.begin(), options_.more.end());
  auto instance = std::make_shared<Instance>();
  instance->handle =
      make_kafka(RD_KAFKA_PRODUCER, connection_, settings, [this](rd_kafka_conf_t* conf) {
        rd_kafka_conf_set_opaque(conf, &counts_);
        rd_kafka_conf_set_dr_msg_cb(conf, on_delivery);
        rd_kafka_conf_set_error_cb(conf, on_error);
        rd_kafka_conf_set_stats_cb(conf, on_statistics);
      });
  for (const auto& [partition, topic] : options_.topics)
    instance->topics.emplace(partition, make_topic(instance->handle.get(), topic));
  return instance;
}

std::shared_ptr<KafkaProducer::Instance> KafkaProducer::instance() const {
  const std::scoped_lock lock(mutex_);
  return instance_;
}

void KafkaProducer::append(Partition partition, const RecordKey& key, const std::string& frame,
                           Done done) {
  auto pending = std::make_unique<Pending>(std::move(done), std::chrono::steady_clock::now(),
                                           options_.broker_time_only);
  rd_kafka_resp_err_t error = RD_KAFKA_RESP_ERR__DESTROY;
  if (!stopping_) {
    const auto current = instance();
    rd_kafka_topic_t* const topic = current->topics.at(partition).get();
    // librdkafka copies the bytes.
    if (rd_kafka_produce(topic, 0, RD_KAFKA_MSG_F_COPY, const_cast<char*>(frame.data()),
                         frame.size(), key.data(), key.size(), pending.get()) == 0) {
      static_cast<void>(pending.release());  // on_delivery's now
      return;
    }
    error = rd_kafka_last_error();
  }
  counts_.error("produce", error);
  pending->done(Append::not_persisted, std::nullopt);
}

void KafkaProducer::serve_until_stopped() {
  while (!stopping_) {
    const auto fatal = [&] {
      const auto current = instance();
      rd_kafka_poll(current->handle.get(), poll_ms);
      return fatal_error_of(current->handle.get());
    }();
    if (fatal != RD_KAFKA_RESP_ERR_NO_ERROR) replace_after_fatal_error(fatal);
  }
}

void KafkaProducer::replace_after_fatal_error(rd_kafka_resp_err_t error) {
  // Who may write to no topic at all is not let begin.
  for (const auto& [partition, topic] : options_.topics) counts_.met(error, "Write", topic);
  std::shared_ptr<Instance> fresh;
  try {
    fresh = make();
  } catch (const KafkaFault&) {
    std::this_thread::sleep_for(replace_interval);  // tried again: nothing is taken meanwhile
    return;
  }
  std::shared_ptr<Instance> old;
  {
    const std::scoped_lock lock(mutex_);
    old = std::exchange(instance_, std::move(fresh));
  }
  ++rebuilt_;
  end(std::move(old));
  std::this_thread::sleep_for(replace_interval);
}

// Each record is answered by what is known: what was not sent yet is surely not written.
void KafkaProducer::end(std::shared_ptr<Instance> instance) {
  while (instance.use_count() > 1)  // somebody is just handing a record over
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  rd_kafka_purge(instance->handle.get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
  rd_kafka_flush(instance->handle.get(), purge_ms);
}

}  // namespace optare
