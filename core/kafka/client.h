// librdkafka's handles, made in one place with the settings that all of them share.
#pragma once

#include <librdkafka/rdkafka.h>

#include <chrono>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/secret.h"
#include "core/base/time.h"

namespace optare {

// Which cluster, and as whom. Values are those of librdkafka's settings; empty: its default.
struct KafkaConnection {
  std::string brokers;  // host:port,host:port
  std::string topic_prefix = "optare";
  std::string security_protocol = "plaintext";
  std::string sasl_mechanism{};
  std::string sasl_username{};
  Secret sasl_password{};
  std::string ssl_ca_location{};
  std::string ssl_certificate_location{};
  std::string ssl_key_location{};
};

// A setting that librdkafka does not take, or a handle that it cannot make. Holds no secret.
struct KafkaFault : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Ends without leaving a group: nothing of ours ever joins one.
struct EndKafka {
  void operator()(rd_kafka_t* handle) const {
    rd_kafka_destroy_flags(handle, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
  }
};
using KafkaHandle = std::unique_ptr<rd_kafka_t, EndKafka>;

struct EndKafkaTopic {
  void operator()(rd_kafka_topic_t* topic) const { rd_kafka_topic_destroy(topic); }
};
using KafkaTopicHandle = std::unique_ptr<rd_kafka_topic_t, EndKafkaTopic>;

struct EndKafkaQueue {
  void operator()(rd_kafka_queue_t* queue) const { rd_kafka_queue_destroy(queue); }
};
using KafkaQueue = std::unique_ptr<rd_kafka_queue_t, EndKafkaQueue>;

struct EndKafkaMetadata {
  void operator()(const rd_kafka_metadata_t* metadata) const {
    rd_kafka_metadata_destroy(metadata);
  }
};
using KafkaMetadata = std::unique_ptr<const rd_kafka_metadata_t, EndKafkaMetadata>;

// How long a broker may answer nothing before its connection is given up, and another broker is
// asked who leads: one that hangs is left nearly as soon as one that died. What was sent to it is
// sent again by the producer, under its old number.
constexpr std::chrono::milliseconds broker_silence_max{3'000};

using KafkaSettings = std::vector<std::pair<std::string, std::string>>;

// What all that write have in common, with `more`: every in-sync copy has what is acknowledged,
// once and in order; it goes at once; and a leader that is gone, hangs, or was cut off from its
// peers and does not know that another one leads, is left within seconds.
KafkaSettings producer_settings(const KafkaSettings& more);

// librdkafka takes 0 for "do not wait" and less for "for ever": 1 .. 60,000.
int bounded_ms(std::chrono::nanoseconds patience);

// A handle over `connection` with `more` settings; `callbacks` may set what is no text.
// librdkafka's own log lines are dropped: what matters arrives as an error. Throws KafkaFault.
KafkaHandle make_kafka(rd_kafka_type_t type, const KafkaConnection& connection,
                       const KafkaSettings& more = {},
                       const std::function<void(rd_kafka_conf_t*)>& callbacks = nullptr);

// Where a partition begins (RD_KAFKA_OFFSET_BEGINNING) or ends (RD_KAFKA_OFFSET_END: one past the
// last durable record, when the handle's isolation.level is read_uncommitted), as its leader says.
// The error: not told in time. In place of rd_kafka_query_watermark_offsets, which in librdkafka
// 2.0.2 waits for ever for a broker that went away (librdkafka #2588).
//
// One try. librdkafka goes on asking the leader that it knows, also when that is gone or leads no
// more: after an error it is made to look who leads now (for as long again, a second at most), so
// that the next call asks the right one. On a handle that fetches, the answer waits behind a fetch
// that waits for records: `patience` has to be longer than fetch.wait.max.ms.
[[nodiscard]] std::expected<std::uint64_t, rd_kafka_resp_err_t> topic_offset(
    rd_kafka_t* handle, const std::string& topic, std::int32_t partition, std::int64_t which,
    std::chrono::milliseconds patience);

// The first record of the partition whose time is no older than `since`, as its leader says; none:
// there is none. Else as `topic_offset`.
[[nodiscard]] std::expected<std::optional<std::uint64_t>, rd_kafka_resp_err_t> first_offset_since(
    rd_kafka_t* handle, const std::string& topic, std::int32_t partition, Timestamp since,
    std::chrono::milliseconds patience);

// As `topic_offset` again and again for about `patience`, each try as long as `try_max`: the first
// may ask a leader that is none any more. `goes_on` hears of each error, and says whether to.
[[nodiscard]] std::expected<std::uint64_t, rd_kafka_resp_err_t> topic_offset_in_time(
    rd_kafka_t* handle, const std::string& topic, std::int32_t partition, std::int64_t which,
    std::chrono::milliseconds patience, std::chrono::milliseconds try_max,
    const std::function<bool(rd_kafka_resp_err_t)>& goes_on = {});

// What some broker, chosen by librdkafka, says of the brokers and of a topic of the handle; null:
// of none. The handle goes by it from then on. The error: not told in time.
std::expected<KafkaMetadata, rd_kafka_resp_err_t> ask_metadata(rd_kafka_t* handle,
                                                               rd_kafka_topic_t* topic,
                                                               std::chrono::milliseconds patience);

// As librdkafka's bootstrap.servers takes it: an address of IPv6 in brackets.
std::string host_and_port(std::string_view host, int port);

// Where a broker is found, as another one says; empty: not told in time.
std::string broker_address(rd_kafka_t* handle, std::int32_t broker,
                           std::chrono::milliseconds patience);

// A topic of the handle, whose settings are those of the handle. Throws KafkaFault.
KafkaTopicHandle make_topic(rd_kafka_t* handle, const std::string& name);

}  // namespace optare
