#include "core/kafka/complaint.h"

#include <fmt/format.h>

#include <cstdint>

#include "core/kafka/rights.h"

namespace optare {
namespace {

// That nobody is reached says less than why one is not, and this less than that one refuses.
enum Worth : std::uint8_t { none, nobody, one, certificate, login, right };

Worth weight_of(rd_kafka_resp_err_t error, std::string_view reason) {
  // A broker that misses a certificate says so when all seems well: the connection just ends.
  if (reason.contains("SSL routines")) return certificate;
  if (lacks_right(error)) return right;
  switch (error) {
    case RD_KAFKA_RESP_ERR__AUTHENTICATION:
    case RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED:
      return login;
    case RD_KAFKA_RESP_ERR__SSL:
      return certificate;
    case RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN:
      return nobody;
    default:
      return one;
  }
}

std::string_view advice_for(rd_kafka_resp_err_t error, std::string_view reason) {
  // librdkafka guesses at the other protocol from how the connection ended.
  if (reason.contains("security.protocol") || reason.contains("listener"))
    return "Look at kafka_security_protocol: the brokers' listener wants another one";
  switch (weight_of(error, reason)) {
    case login:
      return "Look at kafka_sasl_mechanism, kafka_sasl_username and kafka_sasl_password_file";
    case certificate:
      return "Look at kafka_ssl_ca, which has to hold the authority that signed the brokers' "
             "certificates for the names in kafka_brokers, and at kafka_ssl_cert and "
             "kafka_ssl_key, "
             "where brokers want a certificate";
    default:
      return {};
  }
}

}  // namespace

std::string complaint_of(rd_kafka_resp_err_t error, std::string_view reason) {
  const std::string_view advice = advice_for(error, reason);
  return advice.empty() ? std::string(reason) : fmt::format("{}. {}", reason, advice);
}

void Complaint::note(rd_kafka_resp_err_t error, std::string_view reason) {
  const Worth weight = weight_of(error, reason);
  const std::scoped_lock lock(mutex_);
  if (weight < weight_) return;
  weight_ = weight;
  text_ = complaint_of(error, reason);
}

void Complaint::forget() {
  const std::scoped_lock lock(mutex_);
  weight_ = none;
  text_.clear();
}

std::string Complaint::text() const {
  const std::scoped_lock lock(mutex_);
  return text_;
}

bool Complaint::refused() const {
  const std::scoped_lock lock(mutex_);
  return weight_ >= certificate;
}

}  // namespace optare
