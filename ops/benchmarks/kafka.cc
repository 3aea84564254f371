// Kafka alone, by librdkafka alone.
//
//   benchmark_kafka consume --brokers LIST --topic T     reads it from its beginning to its end
//   benchmark_kafka produce --brokers LIST --prefix P    records as long as a commit's, as many as
//                           --records N                  go, each acknowledged by all in sync
//   benchmark_kafka turn --brokers LIST --prefix P       one record after another, each read back
//                        --records N                     before the next is produced
//   benchmark_kafka leader --brokers LIST --topic T      which broker leads it
#include <CLI/CLI.hpp>
#include <ctime>
#include <thread>

#include "ops/benchmarks/bare_kafka.h"
#include "ops/benchmarks/measure.h"

namespace optare {
namespace {

struct Order {
  std::string brokers;
  std::string topic;
  std::string prefix = "bare";
  std::uint64_t records = 100'000;
};

boost::json::object rate(std::uint64_t records, std::uint64_t bytes, double seconds) {
  const double used = static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
  const auto count = static_cast<double>(records);
  return {{"records", records},
          {"bytes", bytes},
          {"seconds", seconds},
          {"records_per_second", count / seconds},
          {"processor_us_each", used / count * 1e6}};
}

boost::json::object consume(const Order& order) {
  const auto start = SteadyClock::now();
  BareConsumer consumer(bare_connection(order.brokers, order.prefix), order.topic,
                        RD_KAFKA_OFFSET_BEGINNING);
  std::uint64_t records = 0;
  std::uint64_t bytes = 0;
  for (;;) {
    const KafkaMessage message = consumer.next();
    if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) break;
    ++records;
    bytes += message->len;
  }
  return rate(records, bytes, seconds_since(start));
}

struct Acknowledged {
  std::uint64_t records = 0;
  std::uint64_t failed = 0;
};

void on_delivery(rd_kafka_t* /*handle*/, const rd_kafka_message_t* message, void* opaque) {
  auto& acknowledged = *static_cast<Acknowledged*>(opaque);
  ++(message->err == RD_KAFKA_RESP_ERR_NO_ERROR ? acknowledged.records : acknowledged.failed);
}

boost::json::object produce(const Order& order) {
  const auto connection = bare_connection(order.brokers, order.prefix);
  const std::string topic = make_bare_topic(connection);
  Acknowledged acknowledged;
  const KafkaHandle producer = bare_producer(connection, on_delivery, &acknowledged);
  const KafkaTopicHandle handle = make_topic(producer.get(), topic);
  std::string record(700, 'x');
  const auto start = SteadyClock::now();
  for (std::uint64_t sent = 0; sent < order.records;) {
    if (rd_kafka_produce(handle.get(), 0, RD_KAFKA_MSG_F_COPY, record.data(), record.size(),
                         nullptr, 0, nullptr) == 0)
      ++sent;
    else if (rd_kafka_last_error() != RD_KAFKA_RESP_ERR__QUEUE_FULL)
      throw std::runtime_error(rd_kafka_err2str(rd_kafka_last_error()));
    else
      rd_kafka_poll(producer.get(), 1);
  }
  rd_kafka_flush(producer.get(), 60'000);
  if (acknowledged.records != order.records)
    throw std::runtime_error("not every record was acknowledged");
  return rate(order.records, order.records * record.size(), seconds_since(start));
}

boost::json::object turn(const Order& order) {
  BareRoundTrip round_trip(bare_connection(order.brokers, order.prefix));
  round_trip.produce_and_consume();  // The first one opens the connections.
  Latencies latencies;
  while (latencies.size() < order.records) {
    const auto start = SteadyClock::now();
    round_trip.produce_and_consume();
    latencies.add(start);
  }
  return latencies.json();
}

boost::json::object leader(const Order& order) {
  const KafkaHandle handle =
      make_kafka(RD_KAFKA_PRODUCER, bare_connection(order.brokers, order.prefix));
  const KafkaTopicHandle topic = make_topic(handle.get(), order.topic);
  const rd_kafka_metadata_t* found = nullptr;
  if (const auto error = rd_kafka_metadata(handle.get(), 0, topic.get(), &found, 10'000);
      error != RD_KAFKA_RESP_ERR_NO_ERROR)
    throw std::runtime_error(rd_kafka_err2str(error));
  const std::unique_ptr<const rd_kafka_metadata_t, decltype(&rd_kafka_metadata_destroy)> metadata(
      found, rd_kafka_metadata_destroy);
  if (metadata->topic_cnt != 1 || metadata->topics[0].partition_cnt < 1)
    throw std::runtime_error("there is no topic " + order.topic);
  const rd_kafka_metadata_partition& partition = metadata->topics[0].partitions[0];
  return {{"leader", partition.leader}, {"in_sync", partition.isr_cnt}};
}

}  // namespace
}  // namespace optare

int main(int count, char** arguments) {
  optare::Order order;
  CLI::App app("Kafka alone");
  app.require_subcommand(1);
  const auto command = [&](const std::string& name, const std::string& text) {
    CLI::App* const added = app.add_subcommand(name, text);
    added->add_option("--brokers", order.brokers)->required();
    return added;
  };
  CLI::App* const consumes = command("consume", "reads a topic");
  CLI::App* const produces = command("produce", "writes records");
  CLI::App* const turns = command("turn", "produces and reads back");
  CLI::App* const leads = command("leader", "which broker leads a topic");
  for (CLI::App* const each : {consumes, leads})
    each->add_option("--topic", order.topic)->required();
  for (CLI::App* const each : {produces, turns}) {
    each->add_option("--prefix", order.prefix);
    each->add_option("--records", order.records);
  }
  CLI11_PARSE(app, count, arguments);
  try {
    optare::print_result(consumes->parsed()   ? optare::consume(order)
                         : produces->parsed() ? optare::produce(order)
                         : turns->parsed()    ? optare::turn(order)
                                              : optare::leader(order));
  } catch (const std::exception& fault) {
    std::cerr << "benchmark_kafka: " << fault.what() << std::endl;
    return 1;
  }
}
