#include "core/kafka/client.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>
#include <thread>

namespace optare {
namespace {

constexpr std::chrono::milliseconds retry_interval{50};

struct EndConf {
  void operator()(rd_kafka_conf_t* conf) const { rd_kafka_conf_destroy(conf); }
};
using Conf = std::unique_ptr<rd_kafka_conf_t, EndConf>;
using Complaint = std::array<char, 512>;

// The value does not appear in what is said: it may be a secret.
void set(rd_kafka_conf_t* conf, const std::string& name, const std::string& value) {
  Complaint complaint{};
  if (rd_kafka_conf_set(conf, name.c_str(), value.c_str(), complaint.data(), complaint.size()) !=
      RD_KAFKA_CONF_OK)
    throw KafkaFault(fmt::format("Kafka's client does not take the setting {}", name));
}

void set_connection(rd_kafka_conf_t* conf, const KafkaConnection& connection) {
  const auto set_unless_empty = [conf](const char* name, const std::string& value) {
    if (!value.empty()) set(conf, name, value);
  };
  set(conf, "bootstrap.servers", connection.brokers);
  set(conf, "client.id", "optare");
  // A broker that is back is found within a second, not within ten.
  set(conf, "reconnect.backoff.ms", "50");
  set(conf, "reconnect.backoff.max.ms", "1000");
  set_unless_empty("security.protocol", connection.security_protocol);
  set_unless_empty("ssl.ca.location", connection.ssl_ca_location);
  set_unless_empty("ssl.certificate.location", connection.ssl_certificate_location);
  set_unless_empty("ssl.key.location", connection.ssl_key_location);
  if (!connection.security_protocol.starts_with("sasl")) return;
  set_unless_empty("sasl.mechanism", connection.sasl_mechanism);
  set_unless_empty("sasl.username", connection.sasl_username);
  set_unless_empty("sasl.password", std::string(connection.sasl_password.reveal()));
}

}  // namespace

KafkaHandle make_kafka(rd_kafka_type_t type, const KafkaConnection& connection,
                       const KafkaSettings& more,
                       const std::function<void(rd_kafka_conf_t*)>& callbacks) {
  Conf conf(rd_kafka_conf_new());
  set_connection(conf.get(), connection);
  for (const auto& [name, value] : more) set(conf.get(), name, value);
  rd_kafka_conf_set_log_cb(conf.get(), [](const rd_kafka_t*, int, const char*, const char*) {});
  if (callbacks) callbacks(conf.get());
  Complaint complaint{};
  KafkaHandle handle(rd_kafka_new(type, conf.get(), complaint.data(), complaint.size()));
  if (!handle) throw KafkaFault(fmt::format("Kafka's client cannot be made: {}", complaint.data()));
  static_cast<void>(conf.release());  // the handle's now
  return handle;
}

namespace {

constexpr std::chrono::milliseconds look_who_leads_max{1'000};

void look_who_leads(rd_kafka_t* handle, const std::string& topic,
                    std::chrono::milliseconds patience) {
  const KafkaTopicHandle asked = make_topic(handle, topic);
  static_cast<void>(ask_metadata(handle, asked.get(), std::min(patience, look_who_leads_max)));
}

}  // namespace

KafkaSettings producer_settings(const KafkaSettings& more) {
  KafkaSettings all{
      {"acks", "all"},
      {"enable.idempotence", "true"},
      {"linger.ms", "0"},
      {"socket.nagle.disable", "true"},
      {"retry.backoff.ms", "50"},
      // A broker that is back is found soon: a fail-over is measured in seconds.
      {"reconnect.backoff.ms", "50"},
      {"reconnect.backoff.max.ms", "1000"},
      {"topic.metadata.refresh.fast.interval.ms", "100"},
      // Who leads is asked anew once a connection is given up, not when a broker says that it was
      // not in time: so silence ends before request.timeout.ms does. And another broker has to be
      // connected: one that was cut off goes on saying that it leads.
      {"socket.timeout.ms", std::to_string(broker_silence_max.count())},
      {"enable.sparse.connections", "false"},
  };
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

int bounded_ms(std::chrono::nanoseconds patience) {
  const auto ms = std::chrono::floor<std::chrono::milliseconds>(patience).count();
  return static_cast<int>(std::clamp<std::int64_t>(ms, 1, 60'000));
}

namespace {

// `which`: one of librdkafka's names of a place, or a time in ms. None: there is no such record.
std::expected<std::optional<std::uint64_t>, rd_kafka_resp_err_t> ask_offset(
    rd_kafka_t* handle, const std::string& topic, std::int32_t partition, std::int64_t which,
    std::chrono::milliseconds patience) {
  const std::unique_ptr<rd_kafka_topic_partition_list_t, void (*)(rd_kafka_topic_partition_list_t*)>
      asked(rd_kafka_topic_partition_list_new(1), rd_kafka_topic_partition_list_destroy);
  rd_kafka_topic_partition_t& answer =
      *rd_kafka_topic_partition_list_add(asked.get(), topic.c_str(), partition);
  answer.offset = which;
  auto error = rd_kafka_offsets_for_times(handle, asked.get(), bounded_ms(patience));
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR) error = answer.err;
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR && answer.offset == which)
    error = RD_KAFKA_RESP_ERR__NO_OFFSET;  // not answered
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
    look_who_leads(handle, topic, patience);
    return std::unexpected(error);
  }
  if (answer.offset < 0) return std::nullopt;
  return static_cast<std::uint64_t>(answer.offset);
}

}  // namespace

std::expected<std::uint64_t, rd_kafka_resp_err_t> topic_offset(rd_kafka_t* handle,
                                                               const std::string& topic,
                                                               std::int32_t partition,
                                                               std::int64_t which,
                                                               std::chrono::milliseconds patience) {
  const auto found = ask_offset(handle, topic, partition, which, patience);
  if (!found) return std::unexpected(found.error());
  if (!*found) return std::unexpected(RD_KAFKA_RESP_ERR__NO_OFFSET);
  return **found;
}

std::expected<std::optional<std::uint64_t>, rd_kafka_resp_err_t> first_offset_since(
    rd_kafka_t* handle, const std::string& topic, std::int32_t partition, Timestamp since,
    std::chrono::milliseconds patience) {
  return ask_offset(handle, topic, partition, milliseconds_of(since), patience);
}

std::expected<std::uint64_t, rd_kafka_resp_err_t> topic_offset_in_time(
    rd_kafka_t* handle, const std::string& topic, std::int32_t partition, std::int64_t which,
    std::chrono::milliseconds patience, std::chrono::milliseconds try_max,
    const std::function<bool(rd_kafka_resp_err_t)>& goes_on) {
  using Steady = std::chrono::steady_clock;
  const auto until = Steady::now() + patience;
  for (;;) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - Steady::now());
    const auto found = topic_offset(handle, topic, partition, which, std::min(left, try_max));
    if (found) return found;
    const bool wanted = !goes_on || goes_on(found.error());
    if (!wanted || Steady::now() + retry_interval >= until) return found;
    std::this_thread::sleep_for(retry_interval);
  }
}

std::expected<KafkaMetadata, rd_kafka_resp_err_t> ask_metadata(rd_kafka_t* handle,
                                                               rd_kafka_topic_t* topic,
                                                               std::chrono::milliseconds patience) {
  const rd_kafka_metadata_t* found = nullptr;
  const auto error = rd_kafka_metadata(handle, 0, topic, &found, bounded_ms(patience));
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return std::unexpected(error);
  return KafkaMetadata(found);
}

std::string host_and_port(std::string_view host, int port) {
  return host.contains(':') ? fmt::format("[{}]:{}", host, port) : fmt::format("{}:{}", host, port);
}

std::string broker_address(rd_kafka_t* handle, std::int32_t broker,
                           std::chrono::milliseconds patience) {
  const auto found = ask_metadata(handle, nullptr, patience);
  if (!found) return {};
  const std::span brokers((*found)->brokers, static_cast<std::size_t>((*found)->broker_cnt));
  const auto its = std::ranges::find(brokers, broker, &rd_kafka_metadata_broker_t::id);
  return its == brokers.end() ? std::string() : host_and_port(its->host, its->port);
}

KafkaTopicHandle make_topic(rd_kafka_t* handle, const std::string& name) {
  KafkaTopicHandle topic(rd_kafka_topic_new(handle, name.c_str(), nullptr));
  if (!topic) {
    throw KafkaFault(fmt::format("topic {}: {}", name, rd_kafka_err2str(rd_kafka_last_error())));
  }
  return topic;
}

}  // namespace optare
