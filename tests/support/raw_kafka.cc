#include "tests/support/raw_kafka.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <functional>
#include <stdexcept>

#include "core/kafka/client.h"
#include "tests/support/kafka_call.h"
#include "tests/support/process.h"

namespace optare {
namespace {

using namespace kafka_call;

constexpr int try_ms_max = 2'000;        // of what is tried again
constexpr int metadata_ms_max = 15'000;  // a try outlasts a broker that hangs

using Message = Handle<rd_kafka_message_t, rd_kafka_message_destroy>;
using Topic = Handle<rd_kafka_topic_t, rd_kafka_topic_destroy>;
using Positions = Handle<rd_kafka_topic_partition_list_t, rd_kafka_topic_partition_list_destroy>;

// It may be over in a moment.
bool is_passing(rd_kafka_resp_err_t error) {
  return error == RD_KAFKA_RESP_ERR__TRANSPORT || error == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN ||
         error == RD_KAFKA_RESP_ERR__TIMED_OUT || error == RD_KAFKA_RESP_ERR__RESOLVE;
}

void check_topics(const std::string& what, const rd_kafka_topic_result_t* const* topics,
                  std::size_t count) {
  for (std::size_t i = 0; i < count; ++i)
    check(what, rd_kafka_topic_result_error(topics[i]),
          rd_kafka_topic_result_error_string(topics[i]));
}

struct FreeMetadata {
  void operator()(const rd_kafka_metadata_t* answer) const { rd_kafka_metadata_destroy(answer); }
};
using Metadata = std::unique_ptr<const rd_kafka_metadata_t, FreeMetadata>;

using Seen = std::function<void(const rd_kafka_metadata_partition_t&)>;
void tell(const rd_kafka_metadata_t& answer, int partition, const Seen& seen) {
  for (int t = 0; t < answer.topic_cnt; ++t) {
    const rd_kafka_metadata_topic_t& found = answer.topics[t];
    for (int p = 0; p < found.partition_cnt; ++p) {
      if (found.partitions[p].id == partition) seen(found.partitions[p]);
    }
  }
}

// What the first broker that answers knows of the partition. One that has just gone does not.
void look(rd_kafka_t* client, const std::string& topic, int partition, const Seen& seen) {
  const Topic handle(rd_kafka_topic_new(client, topic.c_str(), nullptr));
  const rd_kafka_metadata_t* told = nullptr;
  rd_kafka_resp_err_t error = RD_KAFKA_RESP_ERR_NO_ERROR;
  wait_until(
      "the metadata of " + topic,
      [&] {
        error = rd_kafka_metadata(client, 0, handle.get(), &told, metadata_ms_max);
        return !is_passing(error);
      },
      Patience(call_ms_max));
  check("metadata of " + topic, error);
  tell(*Metadata(told), partition, seen);
}

struct Delivery {
  bool done = false;
  rd_kafka_resp_err_t error = RD_KAFKA_RESP_ERR_NO_ERROR;
  std::int64_t offset = -1;
  bool surely_not = false;  // it is surely not in the topic
};

void delivered(rd_kafka_t*, const rd_kafka_message_t* message, void*) {
  *static_cast<Delivery*>(message->_private) = {
      .done = true,
      .error = message->err,
      .offset = message->offset,
      .surely_not = rd_kafka_message_status(message) == RD_KAFKA_MSG_STATUS_NOT_PERSISTED};
}

RawRecord record_of(const rd_kafka_message_t& message) {
  const auto text = [](const void* data, std::size_t size) -> std::optional<std::string> {
    if (data == nullptr) return std::nullopt;
    return std::string(static_cast<const char*>(data), size);
  };
  rd_kafka_timestamp_type_t stamp = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE;
  const std::int64_t time_ms = rd_kafka_message_timestamp(&message, &stamp);
  return {.offset = message.offset,
          .key = text(message.key, message.key_len),
          .value = text(message.payload, message.len),
          .time_ms = time_ms,
          .stamped_by_broker = stamp == RD_KAFKA_TIMESTAMP_LOG_APPEND_TIME};
}

}  // namespace

RawKafka::Client RawKafka::client(rd_kafka_type_t type, const Settings& settings) {
  std::array<char, 512> fault{};
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  for (const auto& [name, value] : settings) {
    if (rd_kafka_conf_set(conf, name.c_str(), value.c_str(), fault.data(), fault.size()) !=
        RD_KAFKA_CONF_OK) {
      rd_kafka_conf_destroy(conf);
      throw std::runtime_error(fault.data());
    }
  }
  if (type == RD_KAFKA_PRODUCER) rd_kafka_conf_set_dr_msg_cb(conf, delivered);
  rd_kafka_t* made = rd_kafka_new(type, conf, fault.data(), fault.size());
  if (made == nullptr) {
    rd_kafka_conf_destroy(conf);
    throw std::runtime_error(fault.data());
  }
  return Client(made);
}

RawKafka::RawKafka(const std::string& bootstrap, const Settings& client_settings)
    : settings_(client_settings) {
  settings_["bootstrap.servers"] = bootstrap;
  settings_["log_level"] = "0";
  settings_["socket.timeout.ms"] = "10000";                 // a broker that hangs is left
  settings_["topic.metadata.propagation.max.ms"] = "3000";  // an unknown topic is soon said to be
  Settings producing = settings_;
  producing["acks"] = "all";
  producing["linger.ms"] = "0";
  producing["message.timeout.ms"] = std::to_string(call_ms_max);
  producer_ = client(RD_KAFKA_PRODUCER, producing);
}

void RawKafka::create_topic(const std::string& name, int partitions, const Settings& settings,
                            int copies) {
  std::array<char, 256> fault{};
  const Handle<rd_kafka_NewTopic_t, rd_kafka_NewTopic_destroy> topic(
      rd_kafka_NewTopic_new(name.c_str(), partitions, copies, fault.data(), fault.size()));
  if (!topic) throw std::runtime_error(fault.data());
  for (const auto& [key, value] : settings)
    check(key, rd_kafka_NewTopic_set_config(topic.get(), key.c_str(), value.c_str()));
  const Reply reply = ask(producer_.get(), "create " + name, [&](auto options, auto queue) {
    std::array topics{topic.get()};
    rd_kafka_CreateTopics(producer_.get(), topics.data(), topics.size(), options, queue);
  });
  std::size_t count = 0;
  const auto* const* topics =
      rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(reply.get()), &count);
  check_topics("create " + name, topics, count);
  await_leaders(name, partitions);
}

void RawKafka::await_leaders(const std::string& topic, int partitions) {
  for (int partition = 0; partition < partitions; ++partition)
    wait_until("each broker to know a leader of " + topic, [&] {
      const auto leaders = leader_as_each_says(topic, partition);
      return leaders && std::ranges::find(*leaders, 0) == leaders->end();
    });
}

void RawKafka::await_end(const std::string& topic) {
  wait_until("each broker to know no more of " + topic, [&] {
    const auto leaders = leader_as_each_says(topic, 0);
    return leaders && std::ranges::count(*leaders, 0) == std::ssize(*leaders);
  });
}

// Who has one address is asked there first.
std::optional<std::vector<int>> RawKafka::leader_as_each_says(const std::string& topic,
                                                              int partition) {
  const rd_kafka_metadata_t* told = nullptr;
  if (rd_kafka_metadata(producer_.get(), 0, nullptr, &told, metadata_ms_max) !=
      RD_KAFKA_RESP_ERR_NO_ERROR)
    return std::nullopt;
  const Metadata brokers(told);
  std::vector<int> leaders;
  for (int b = 0; b < brokers->broker_cnt; ++b) {
    Settings asking = settings_;
    asking["bootstrap.servers"] = host_and_port(brokers->brokers[b].host, brokers->brokers[b].port);
    const Client client = RawKafka::client(RD_KAFKA_CONSUMER, asking);
    const Topic handle(rd_kafka_topic_new(client.get(), topic.c_str(), nullptr));
    const rd_kafka_metadata_t* answer = nullptr;
    if (rd_kafka_metadata(client.get(), 0, handle.get(), &answer, try_ms_max) !=
        RD_KAFKA_RESP_ERR_NO_ERROR)
      return std::nullopt;
    leaders.push_back(0);
    tell(*Metadata(answer), partition,
         [&](const auto& found) { leaders.back() = std::max(found.leader, 0); });
  }
  return leaders;
}

void RawKafka::add_partitions(const std::string& topic, int partitions) {
  std::array<char, 256> fault{};
  const Handle<rd_kafka_NewPartitions_t, rd_kafka_NewPartitions_destroy> more(
      rd_kafka_NewPartitions_new(topic.c_str(), static_cast<std::size_t>(partitions), fault.data(),
                                 fault.size()));
  if (!more) throw std::runtime_error(fault.data());
  const Reply reply = ask(producer_.get(), "more partitions", [&](auto options, auto queue) {
    std::array all{more.get()};
    rd_kafka_CreatePartitions(producer_.get(), all.data(), all.size(), options, queue);
  });
  std::size_t count = 0;
  const auto* const* topics = rd_kafka_CreatePartitions_result_topics(
      rd_kafka_event_CreatePartitions_result(reply.get()), &count);
  check_topics("more partitions", topics, count);
  await_leaders(topic, partitions);
}

void RawKafka::delete_topic(const std::string& name) {
  const Handle<rd_kafka_DeleteTopic_t, rd_kafka_DeleteTopic_destroy> topic(
      rd_kafka_DeleteTopic_new(name.c_str()));
  const Reply reply = ask(producer_.get(), "delete " + name, [&](auto options, auto queue) {
    std::array topics{topic.get()};
    rd_kafka_DeleteTopics(producer_.get(), topics.data(), topics.size(), options, queue);
  });
  std::size_t count = 0;
  const auto* const* topics =
      rd_kafka_DeleteTopics_result_topics(rd_kafka_event_DeleteTopics_result(reply.get()), &count);
  check_topics("delete " + name, topics, count);
  await_end(name);
}

void RawKafka::set_topic(const std::string& name, const Settings& settings) {
  const Handle<rd_kafka_ConfigResource_t, rd_kafka_ConfigResource_destroy> resource(
      rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, name.c_str()));
  for (const auto& [key, value] : settings)
    check(key, rd_kafka_ConfigResource_set_config(resource.get(), key.c_str(), value.c_str()));
  const Reply reply = ask(producer_.get(), "set " + name, [&](auto options, auto queue) {
    std::array resources{resource.get()};
    rd_kafka_AlterConfigs(producer_.get(), resources.data(), resources.size(), options, queue);
  });
  std::size_t count = 0;
  const auto* const* resources = rd_kafka_AlterConfigs_result_resources(
      rd_kafka_event_AlterConfigs_result(reply.get()), &count);
  for (std::size_t i = 0; i < count; ++i)
    check("set " + name, rd_kafka_ConfigResource_error(resources[i]),
          rd_kafka_ConfigResource_error_string(resources[i]));
}

void RawKafka::delete_records(const std::string& topic, int partition, std::int64_t offset) {
  const Positions positions(rd_kafka_topic_partition_list_new(1));
  rd_kafka_topic_partition_list_add(positions.get(), topic.c_str(), partition)->offset = offset;
  const Handle<rd_kafka_DeleteRecords_t, rd_kafka_DeleteRecords_destroy> records(
      rd_kafka_DeleteRecords_new(positions.get()));
  const Reply reply = ask(producer_.get(), "delete records", [&](auto options, auto queue) {
    std::array all{records.get()};
    rd_kafka_DeleteRecords(producer_.get(), all.data(), all.size(), options, queue);
  });
  const auto* done =
      rd_kafka_DeleteRecords_result_offsets(rd_kafka_event_DeleteRecords_result(reply.get()));
  for (int i = 0; i < done->cnt; ++i) check("delete records", done->elems[i].err);
}

std::int64_t RawKafka::produce_by(rd_kafka_t* producer, const std::string& topic, int partition,
                                  std::optional<std::string_view> value,
                                  std::optional<std::string_view> key) {
  const Topic handle(rd_kafka_topic_new(producer, topic.c_str(), nullptr));
  const auto data = [](std::optional<std::string_view> text) {
    // An empty text is not the absence of one.
    return text ? const_cast<char*>(text->empty() ? "" : text->data()) : nullptr;
  };
  const auto size = [](std::optional<std::string_view> text) { return text ? text->size() : 0; };
  Delivery delivery;
  if (rd_kafka_produce(handle.get(), partition, RD_KAFKA_MSG_F_COPY, data(value), size(value),
                       data(key), size(key), &delivery) != 0)
    check("produce to " + topic, rd_kafka_last_error());
  wait_until(
      "the delivery to " + topic,
      [&] {
        rd_kafka_poll(producer, 10);
        return delivery.done;
      },
      Patience(2 * call_ms_max));  // it comes, well or not, by message.timeout.ms
  // librdkafka may end its handle of a broker when it learns the brokers' names, and what waited
  // there with it.
  if (delivery.error == RD_KAFKA_RESP_ERR__DESTROY && delivery.surely_not)
    return produce_by(producer, topic, partition, value, key);
  check("produce to " + topic, delivery.error);
  return delivery.offset;
}

std::int64_t RawKafka::produce(const std::string& topic, int partition,
                               std::optional<std::string_view> value,
                               std::optional<std::string_view> key) {
  return produce_by(producer_.get(), topic, partition, value, key);
}

std::int64_t RawKafka::produce_in_transaction(const std::string& topic, int partition,
                                              std::string_view value, bool commit) {
  const auto went_well = [&](rd_kafka_error_t* error) {
    if (error == nullptr) return;
    const std::string words = rd_kafka_error_string(error);
    const rd_kafka_resp_err_t code = rd_kafka_error_code(error);
    rd_kafka_error_destroy(error);
    check("a transaction on " + topic, code, words.c_str());
  };
  Settings producing = settings_;
  producing["transactional.id"] = topic + "-transaction";
  const Client producer = client(RD_KAFKA_PRODUCER, producing);
  went_well(rd_kafka_init_transactions(producer.get(), call_ms_max));
  went_well(rd_kafka_begin_transaction(producer.get()));
  const std::int64_t offset = produce_by(producer.get(), topic, partition, value, std::nullopt);
  if (commit) went_well(rd_kafka_commit_transaction(producer.get(), call_ms_max));
  return offset;
}

std::pair<std::int64_t, std::int64_t> RawKafka::offsets(const std::string& topic, int partition) {
  std::pair<std::int64_t, std::int64_t> found;
  wait_until("the offsets of " + topic, [&] {  // its leader may be another than a moment ago
    const auto offset = [&](std::int64_t which) {
      return topic_offset(producer_.get(), topic, partition, which,
                          std::chrono::milliseconds(try_ms_max));
    };
    const auto first = offset(RD_KAFKA_OFFSET_BEGINNING);
    const auto last = offset(RD_KAFKA_OFFSET_END);
    found = {static_cast<std::int64_t>(first.value_or(0)),
             static_cast<std::int64_t>(last.value_or(0))};
    return first.has_value() && last.has_value();
  });
  return found;
}

std::int64_t RawKafka::end(const std::string& topic, int partition) {
  return offsets(topic, partition).second;
}

std::vector<RawRecord> RawKafka::read(const std::string& topic, int partition) {
  const auto [first, last] = offsets(topic, partition);
  Settings reading = settings_;
  reading["group.id"] = "optare-test";  // asked for, though nothing is committed
  reading["enable.auto.commit"] = "false";
  reading["enable.partition.eof"] = "true";
  reading["isolation.level"] = "read_uncommitted";
  const Client consumer = client(RD_KAFKA_CONSUMER, reading);
  check("read " + topic, rd_kafka_poll_set_consumer(consumer.get()));
  const Positions positions(rd_kafka_topic_partition_list_new(1));
  rd_kafka_topic_partition_list_add(positions.get(), topic.c_str(), partition)->offset = first;
  check("read " + topic, rd_kafka_assign(consumer.get(), positions.get()));
  std::vector<RawRecord> records;
  wait_until("the records of " + topic, [&] {
    const Message message(rd_kafka_consumer_poll(consumer.get(), 100));
    if (!message) return false;
    if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) return message->offset >= last;
    if (is_passing(message->err)) return false;
    check("read " + topic, message->err);
    records.push_back(record_of(*message));
    return false;
  });
  return records;
}

int RawKafka::leader(const std::string& topic, int partition) {
  int node = 0;
  look(producer_.get(), topic, partition, [&](const auto& found) { node = found.leader; });
  return std::max(node, 0);
}

int RawKafka::in_sync(const std::string& topic, int partition) {
  int nodes = 0;
  look(producer_.get(), topic, partition, [&](const auto& found) { nodes = found.isr_cnt; });
  return nodes;
}

}  // namespace optare
