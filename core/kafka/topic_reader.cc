#include "core/kafka/topic_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <thread>
#include <utility>

#include "core/kafka/fetch_error.h"
#include "core/kafka/rights.h"

namespace optare {
namespace {

struct EndMessage {
  void operator()(rd_kafka_message_t* message) const { rd_kafka_message_destroy(message); }
};

// Longer than a fetch waits; a leader that is gone leaves time for the next try.
constexpr std::chrono::milliseconds try_max{2'000};
constexpr std::chrono::milliseconds restart_interval{500};
constexpr std::chrono::milliseconds look_who_leads_max{1'000};

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
      queue_(rd_kafka_queue_new(consumer_.get())) {}

TopicReader::~TopicReader() {
  if (started_) rd_kafka_consume_stop(topic_.get(), partition_);
}

// A topic that was away, or leads elsewhere now, is not heard of for minutes unless it is asked
// for.
bool TopicReader::start() {
  if (std::exchange(began_, true))
    static_cast<void>(ask_metadata(consumer_.get(), topic_.get(), look_who_leads_max));
  const std::int64_t from =
      position_ == 0 ? RD_KAFKA_OFFSET_BEGINNING : static_cast<std::int64_t>(position_);
  started_ = rd_kafka_consume_start_queue(topic_.get(), partition_, from, queue_.get()) == 0;
  start_at_ = Steady::now() + restart_interval;
  if (!started_)
    fault_ = fmt::format("{} cannot be read: {}", rd_kafka_topic_name(topic_.get()),
                         rd_kafka_err2str(rd_kafka_last_error()));
  return started_;
}

void TopicReader::stop() {
  at_end_ = false;
  if (!std::exchange(started_, false)) return;
  rd_kafka_consume_stop(topic_.get(), partition_);
  while (std::unique_ptr<rd_kafka_message_t, EndMessage>(rd_kafka_consume_queue(queue_.get(), 0))) {
  }
}

void TopicReader::begin_again() {
  if (started_) start_at_ = Steady::now();
  stop();
  position_ = 0;
  heard();
}

void TopicReader::heard() {
  fault_.clear();
  lost_its_place_ = false;
}

// What is in the queue behind an error is as if it had never come.
void TopicReader::stop_at(const rd_kafka_message_t& error) {
  const std::string topic = rd_kafka_topic_name(topic_.get());
  const char* const why = rd_kafka_message_errstr(&error);
  refused_ = lacks_right(error.err);
  lost_its_place_ = fetch_error(error.err) == FetchError::out_of_range;
  fault_ =
      fetch_error(error.err) == FetchError::unreadable
          ? record_is_unreadable(topic, position_, why)
          : fmt::format("topic {}: {}", topic, words_of(error.err, "Read", "topic " + topic, why));
  stop();
  start_at_ = Steady::now() + restart_interval;
}

bool TopicReader::poll(Patience patience, const std::function<void(const Record&)>& take) {
  if (!started_) {
    const auto wait = start_at_ - Steady::now();
    std::this_thread::sleep_for(std::clamp<Steady::duration>(wait, {}, patience));
    if (wait > patience || !start()) return false;
    patience = {};
  }
  const std::unique_ptr<rd_kafka_message_t, EndMessage> message(
      rd_kafka_consume_queue(queue_.get(), whole(patience)));
  if (!message) return false;
  if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
    if (fetch_error(message->err) != FetchError::end) {
      stop_at(*message);
      return false;
    }
    position_ = static_cast<std::uint64_t>(message->offset);
    at_end_ = true;
    heard();
    return false;
  }
  heard();
  at_end_ = false;
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
  refused_ = lacks_right(found.error());
  fault_ = fmt::format("topic {}: {}", name, words_of(found.error(), "Describe", "topic " + name));
  return std::nullopt;
}

}  // namespace optare
