#include "core/kafka/feed_connection.h"

#include <utility>

namespace optare {
namespace {

constexpr std::size_t taken_max = 512;

void on_error(rd_kafka_t* /*handle*/, int error, const char* /*reason*/, void* opaque) {
  static_cast<KafkaCounts*>(opaque)->error("consumer", static_cast<rd_kafka_resp_err_t>(error));
}

KafkaSettings settings_of(const FeedOptions& options, const std::string& brokers) {
  KafkaSettings settings{
      {"bootstrap.servers", brokers},
      // What is not there is never made up for by another place in the topic.
      {"auto.offset.reset", "error"},
      {"enable.auto.commit", "false"},
      {"enable.auto.offset.store", "false"},
      // Somebody's open transaction shall hold nobody back; its markers are holes.
      {"isolation.level", "read_uncommitted"},
      {"check.crcs", "true"},
      {"enable.partition.eof", "true"},
      {"fetch.wait.max.ms", std::to_string(options.fetch_wait.count())},
      {"fetch.min.bytes", "1"},
      {"fetch.error.backoff.ms", "50"},
      {"fetch.message.max.bytes", "1048576"},
      {"fetch.max.bytes", "4194304"},
      {"queued.max.messages.kbytes", std::to_string(options.queued_kib_max)},
      {"socket.nagle.disable", "true"},
      {"socket.timeout.ms", std::to_string(broker_silence_max.count())},
      {"reconnect.backoff.ms", "50"},
      {"reconnect.backoff.max.ms", "1000"},
      {"topic.metadata.refresh.interval.ms", "30000"},
      {"topic.metadata.refresh.fast.interval.ms", "100"},
  };
  settings.insert(settings.end(), options.more.begin(), options.more.end());
  return settings;
}

}  // namespace

FeedConnection::FeedConnection(const KafkaConnection& connection, const FeedOptions& options,
                               const std::string& brokers, KafkaCounts& counts,
                               std::function<void()> came)
    : came_(std::move(came)),
      handle_(make_kafka(RD_KAFKA_CONSUMER, connection, settings_of(options, brokers),
                         [&counts](rd_kafka_conf_t* conf) {
                           rd_kafka_conf_set_opaque(conf, &counts);
                           rd_kafka_conf_set_error_cb(conf, on_error);
                         })) {
  for (const auto& [partition, name] : options.topics) {
    Source& its = source(partition);
    its.topic = make_topic(handle_.get(), name);
    its.queue.reset(rd_kafka_queue_new(handle_.get()));
    rd_kafka_queue_cb_event_enable(
        its.queue.get(),
        [](rd_kafka_t*, void* opaque) { static_cast<const FeedConnection*>(opaque)->came_(); },
        this);
  }
}

FeedConnection::~FeedConnection() {
  for (const Source& its : sources_)
    if (its.queue) rd_kafka_queue_cb_event_enable(its.queue.get(), nullptr, nullptr);
}

rd_kafka_resp_err_t FeedConnection::start(Partition partition, std::uint64_t offset) {
  const Source& its = source(partition);
  if (rd_kafka_consume_start_queue(its.topic.get(), 0, static_cast<std::int64_t>(offset),
                                   its.queue.get()) != 0)
    return rd_kafka_last_error();
  return RD_KAFKA_RESP_ERR_NO_ERROR;
}

void FeedConnection::stop(Partition partition) {
  const Source& its = source(partition);
  rd_kafka_consume_stop(its.topic.get(), 0);
  for (;;) {
    const Message old(rd_kafka_consume_queue(its.queue.get(), 0), rd_kafka_message_destroy);
    if (!old) break;
  }
}

std::vector<FeedConnection::Message> FeedConnection::take(Partition partition) {
  std::array<rd_kafka_message_t*, taken_max> taken{};
  const ssize_t count =
      rd_kafka_consume_batch_queue(source(partition).queue.get(), 0, taken.data(), taken.size());
  std::vector<Message> messages;
  for (ssize_t i = 0; i < count; ++i)
    messages.emplace_back(taken.at(static_cast<std::size_t>(i)), rd_kafka_message_destroy);
  return messages;
}

}  // namespace optare
