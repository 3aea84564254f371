// What is configured is what the node is made with.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <set>

#include "ops/listeners.h"
#include "ops/node.h"
#include "ops/open_files.h"

namespace optare {
namespace {

using namespace std::chrono_literals;

// Where each setting goes: with `text` in the configuration, `seen` finds `value` there.
struct Destination {
  std::string setting;
  std::string text;
  std::string value;
  std::function<std::string(const Config&)> seen;
};

std::vector<Destination> destinations() {
  const auto node = [](auto member) {
    return [member](const Config& config) { return member(node_options(config)); };
  };
  const auto listener = [](auto member) {
    return [member](const Config& config) { return member(product_listener(config)); };
  };
  const auto kafka = [](auto member) {
    return [member](Config config) {
      config.log = "kafka";
      return std::string(member(*node_options(config).kafka));
    };
  };
  using Kafka = const KafkaOptions&;
  using Node = const NodeOptions&;
  using Listener = const ServerOptions&;
  return {
      {"data", "/srv/a", "/srv/a", node([](Node n) { return n.data.string(); })},
      {"key_file", "/etc/a.key", "/etc/a.key", node([](Node n) { return n.key_file.string(); })},
      {"listen", "192.0.2.1:81", "192.0.2.1 81",
       listener([](Listener l) { return l.address + ' ' + std::to_string(l.port); })},
      {"ops_listen", "192.0.2.2:82", "192.0.2.2 82",
       [](const Config& config) {
         const ServerOptions options = operations_listener(config);
         return options.address + ' ' + std::to_string(options.port);
       }},
      {"issuer", "https://id.example.com", "https://id.example.com",
       node([](Node n) { return n.issuer; })},
      {"threads", "200", "200", listener([](Listener l) { return std::to_string(l.threads); })},
      {"tls_cert", "/etc/c.pem", "/etc/c.pem",
       listener([](Listener l) { return l.tls_certificate_file; })},
      {"tls_key", "/etc/k.pem", "/etc/k.pem", listener([](Listener l) { return l.tls_key_file; })},
      {"connections_max", "4", "4",
       listener([](Listener l) { return std::to_string(l.limits.connections_max); })},
      {"connections_per_address_max", "5", "5",
       listener([](Listener l) { return std::to_string(l.limits.connections_per_address_max); })},
      {"requests_in_flight_max", "6", "6",
       listener([](Listener l) { return std::to_string(l.limits.requests_in_flight_max); })},
      {"block_cache_mib", "9", std::to_string(9U << 20U),
       node([](Node n) { return std::to_string(n.memory.block_cache_bytes); })},
      {"disk_reserve_mib", "7", std::to_string(7U << 20U),
       node([](Node n) { return std::to_string(n.disk_reserve_bytes); })},
      {"issuance_retention_days", "3", std::to_string(Duration(72h).count()),
       node([](Node n) { return std::to_string(Duration(n.retention.age_max).count()); })},
      {"issuance_retention_gib", "2", std::to_string(2ULL << 30U),
       node([](Node n) { return std::to_string(n.retention.bytes_max); })},
      {"issuance_ack", "kafka", "1",
       [](Config config) {
         config.log = "kafka";
         return std::to_string(node_options(config).kafka->issuance_acknowledged);
       }},
      {"max_staleness", "20s", "20000",
       node([](Node n) { return std::to_string(n.view.staleness_max.count()); })},
      {"log_level", "debug", "1",
       [](const Config& config) {
         return std::to_string(LogLines(log_level_of(config.log_level)).writes(LogLevel::debug));
       }},
      {"log", "kafka", "1", node([](Node n) { return std::to_string(n.kafka.has_value()); })},
      {"kafka_brokers", "k1:9092", "k1:9092", kafka([](Kafka k) { return k.brokers; })},
      {"kafka_topic_prefix", "a", "a", kafka([](Kafka k) { return k.topic_prefix; })},
      {"kafka_security_protocol", "ssl", "ssl", kafka([](Kafka k) { return k.security_protocol; })},
      {"kafka_sasl_mechanism", "PLAIN", "PLAIN", kafka([](Kafka k) { return k.sasl_mechanism; })},
      {"kafka_sasl_username", "u", "u", kafka([](Kafka k) { return k.sasl_username; })},
      {"kafka_sasl_password_file", "/etc/p", "/etc/p",
       kafka([](Kafka k) { return k.sasl_password_file.string(); })},
      {"kafka_ssl_ca", "/etc/a.pem", "/etc/a.pem", kafka([](Kafka k) { return k.ssl_ca; })},
      {"kafka_ssl_cert", "/etc/b.pem", "/etc/b.pem", kafka([](Kafka k) { return k.ssl_cert; })},
      {"kafka_ssl_key", "/etc/d.pem", "/etc/d.pem", kafka([](Kafka k) { return k.ssl_key; })},
  };
}

// A setting that is read and then forgotten would be one that lies.
TEST(Settings, EachReachWhatTheyAreFor) {
  std::set<std::string> named;
  for (const Destination& destination : destinations()) {
    named.insert(destination.setting);
    Config config;
    const auto setting = std::ranges::find(settings(), destination.setting, &Setting::name);
    ASSERT_NE(setting, settings().end()) << destination.setting;
    EXPECT_NE(destination.seen(config), destination.value) << destination.setting;
    ASSERT_TRUE(setting->set(config, destination.text)) << destination.setting;
    EXPECT_EQ(destination.seen(config), destination.value) << destination.setting;
  }
  for (const Setting& setting : settings())
    EXPECT_TRUE(named.contains(std::string(setting.name))) << setting.name << " goes nowhere";
}

TEST(Settings, OfTheListenersAreTheirOwnDefaults) {
  const ServerLimits own;
  const ServerLimits configured = product_listener(Config()).limits;
  EXPECT_EQ(configured.connections_max, own.connections_max);
  EXPECT_EQ(configured.connections_per_address_max, own.connections_per_address_max);
  EXPECT_EQ(configured.requests_in_flight_max, own.requests_in_flight_max);
  EXPECT_EQ(operations_listener(Config()).limits.connections_max, ops_connections_max);
  EXPECT_GE(product_listener(Config()).threads, 1U);
}

// Elsewhere it has to be named (contracts.md J).
TEST(NodeOptions, GuessTheIssuerOnlyFromALoopbackListenerWithAPort) {
  const auto guessed = [](const std::string& listen, const std::string& certificate = "") {
    Config config;
    config.listen = parse_endpoint(listen).value();
    config.tls_cert = certificate;
    return node_options(config).default_issuer;
  };
  EXPECT_EQ(guessed("127.0.0.1:8080"), "http://127.0.0.1:8080");
  EXPECT_EQ(guessed("[::1]:8080"), "http://[::1]:8080");
  EXPECT_EQ(guessed("127.0.0.1:8443", "cert.pem"), "https://127.0.0.1:8443");
  for (const char* listen : {"0.0.0.0:8080", "192.0.2.1:8080", "[::]:8080", "127.0.0.1:0"})
    EXPECT_EQ(guessed(listen), "") << listen;
}

}  // namespace
}  // namespace optare
