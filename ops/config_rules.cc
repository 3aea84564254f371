#include "ops/config_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

namespace optare {
namespace {

std::unexpected<Rejection> wrong(std::string detail) {
  return reject(Code::invalid, std::move(detail));
}

// A back-up of the folder must not hold the key to it.
Result<void> check_key_file(const Config& config) {
  const auto folder =
      (std::filesystem::absolute(config.data) / "").lexically_normal().parent_path();
  const auto key = std::filesystem::absolute(key_file_of(config)).lexically_normal();
  if (std::ranges::mismatch(folder, key).in1 == folder.end()) {
    return wrong(fmt::format("key_file: {} is inside the data folder: keep the key elsewhere",
                             key.string()));
  }
  return {};
}

// Whoever forgets `log` must not get an embedded deployment beside the fleet's.
Result<void> check_nothing_of_kafka(const Config& config) {
  static const Config defaults;
  for (const Setting& setting : settings()) {
    if (setting.name.starts_with("kafka_") && setting.show(config) != setting.show(defaults)) {
      return wrong(fmt::format("{} and log: {} is for log = kafka, and log is {}", setting.name,
                               setting.name, config.log));
    }
  }
  if (config.issuance_ack == "kafka") {
    return wrong(
        fmt::format("issuance_ack and log: issuance_ack = kafka is for log = kafka, and log is {}",
                    config.log));
  }
  return {};
}

Result<void> check_kafka_security(const Config& config) {
  const std::string& protocol = config.kafka_security_protocol;
  const bool sasl = protocol.starts_with("sasl_");
  const bool ssl = protocol.ends_with("ssl");
  const auto only_with = [&](bool allowed, std::string_view name, const std::string& value,
                             std::string_view protocols) -> Result<void> {
    if (allowed || value.empty()) return {};
    return wrong(fmt::format("{} and kafka_security_protocol: {} is for {}, not for {}", name, name,
                             protocols, protocol));
  };
  constexpr std::string_view with_sasl = "sasl_plaintext and sasl_ssl";
  constexpr std::string_view with_ssl = "ssl and sasl_ssl";
  TRY_VOID(only_with(sasl, "kafka_sasl_username", config.kafka_sasl_username, with_sasl));
  TRY_VOID(only_with(sasl, "kafka_sasl_password_file", config.kafka_sasl_password_file, with_sasl));
  TRY_VOID(only_with(ssl, "kafka_ssl_ca", config.kafka_ssl_ca, with_ssl));
  TRY_VOID(only_with(ssl, "kafka_ssl_cert", config.kafka_ssl_cert, with_ssl));
  TRY_VOID(only_with(ssl, "kafka_ssl_key", config.kafka_ssl_key, with_ssl));
  if (config.kafka_ssl_cert.empty() != config.kafka_ssl_key.empty())
    return wrong("kafka_ssl_cert and kafka_ssl_key: set both, or neither");
  if (sasl && (config.kafka_sasl_username.empty() || config.kafka_sasl_password_file.empty())) {
    return wrong(
        fmt::format("kafka_security_protocol is {}: kafka_sasl_username and "
                    "kafka_sasl_password_file have to be set",
                    protocol));
  }
  return {};
}

Result<void> check_kafka(const Config& config) {
  if (config.kafka_brokers.empty())
    return wrong("log and kafka_brokers: log = kafka needs kafka_brokers, as host:port,host:port");
  if (config.key_file.empty()) {
    return wrong(
        "log and key_file: log = kafka needs key_file, the one key-encryption key that all nodes "
        "of the deployment share");
  }
  return check_kafka_security(config);
}

}  // namespace

Result<void> check_together(const Config& config) {
  if (config.data.empty()) return wrong("data: name a folder");
  if (config.tls_cert.empty() != config.tls_key.empty())
    return wrong("tls_cert and tls_key: set both, or neither");
  if (config.listen.port != 0 && config.listen == config.ops_listen)
    return wrong(fmt::format("listen and ops_listen: both are {}", config.listen.text()));
  TRY_VOID(config.log == "kafka" ? check_kafka(config) : check_nothing_of_kafka(config));
  return check_key_file(config);
}

}  // namespace optare
