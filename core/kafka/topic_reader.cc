#include "core/kafka/topic_reader.h"

#include <fmt/format.h>

namespace optare {
namespace {

struct EndMessage {
  void operator()(rd_kafka_message_t* message) const { rd_kafka_message_destroy(message); }
};

// Longer than a fetch waits; a leader that is gone leaves time for the next try.
constexpr std::chrono::milliseconds try_max{2'000};

int whole(TopicReader::Patience patience) { return static_cast<int>(patience.count()); }

std::string_view text(const void* bytes, std::size_t size) {
  return {static_cast<const char*>(bytes), size};
}

KafkaSettings settings(TopicReader::Patience fetch_wait) {
  return {{"auto.offset.reset", "error"},  // a topic that lost its beginning is no empty one
          {"enable.auto.commit", "false"},
          {"enable.auto.offset.store", "false"},
          {"enable.partition.eof", "true"},
          {"check.crcs", "true"},
          {"isolation.level", "read_uncommitted"},  // nobody's open transaction may hold us back
          {"fetch.wait.max.ms", std::to_string(fetch_wait.count())},
          {"fetch.error.backoff.ms", "100"},
          {"queued.max.messages.kbytes", "4096"}};
}

}  // namespace

TopicReader::TopicReader(const KafkaConnection& connection, const std::string& topic,
                         Patience fetch_wait, int partition)
    : consumer_(make_kafka(RD_KAFKA_CONSUMER, connection, settings(fetch_wait))),
      topic_(make_topic(consumer_.get(), topic)),
      partition_(partition),
      queue_(rd_kafka_queue_new(consumer_.get())) {
  if (rd_kafka_consume_start_queue(topic_.get(), partition_, RD_KAFKA_OFFSET_BEGINNING,
                                   queue_.get()) != 0) {
    throw KafkaFault(
        fmt::format("{} cannot be read: {}", topic, rd_kafka_err2str(rd_kafka_last_error())));
  }
}

TopicReader::~TopicReader() { rd_kafka_consume_stop(topic_.get(), partition_); }

bool TopicReader::poll(Patience patience, const std::function<void(const Record&)>& take) {
  const std::unique_ptr<rd_kafka_message_t, EndMessage> message(
      rd_kafka_consume_queue(queue_.get(), whole(patience)));
  if (!message) return false;
  if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
    position_ = static_cast<std::uint64_t>(message->offset);
    fault_.clear();
    return false;
  }
  if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
    fault_ = fmt::format("topic {}: {}", rd_kafka_topic_name(topic_.get()),
                         rd_kafka_message_errstr(message.get()));
    return false;
  }
  fault_.clear();
  Record record{
      static_cast<std::uint64_t>(message->offset), text(message->key, message->key_len), {}};
  if (message->payload != nullptr) record.value = text(message->payload, message->len);
  take(record);
  position_ = record.offset + 1;
  return true;
}

std::optional<std::uint64_t> TopicReader::end(Patience patience) {
  return offset(RD_KAFKA_OFFSET_END, patience);
}

std::optional<TopicReader::Bounds> TopicReader::bounds(Patience patience) {
  const auto begin = offset(RD_KAFKA_OFFSET_BEGINNING, patience / 2);
  const auto end = begin ? offset(RD_KAFKA_OFFSET_END, patience / 2) : begin;
  return end ? std::optional(Bounds{*begin, *end}) : std::nullopt;
}

std::optional<std::uint64_t> TopicReader::offset(std::int64_t which, Patience patience) {
  const std::string name = rd_kafka_topic_name(topic_.get());
  const auto found =
      topic_offset_in_time(consumer_.get(), name, partition_, which, patience, try_max);
  if (found) return *found;
  fault_ = fmt::format("topic {}: {}", name, rd_kafka_err2str(found.error()));
  return std::nullopt;
}

}  // namespace optare
