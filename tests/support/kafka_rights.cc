#include "tests/support/kafka_rights.h"

#include <array>
#include <map>
#include <stdexcept>

#include "tests/support/process.h"

namespace optare {
namespace {

using namespace kafka_call;

using Binding = Handle<rd_kafka_AclBinding_t, rd_kafka_AclBinding_destroy>;

rd_kafka_AclOperation_t operation_of(const std::string& name) {
  static const std::map<std::string, rd_kafka_AclOperation_t> all{
      {"Read", RD_KAFKA_ACL_OPERATION_READ},
      {"Write", RD_KAFKA_ACL_OPERATION_WRITE},
      {"Create", RD_KAFKA_ACL_OPERATION_CREATE},
      {"Describe", RD_KAFKA_ACL_OPERATION_DESCRIBE},
      {"DescribeConfigs", RD_KAFKA_ACL_OPERATION_DESCRIBE_CONFIGS}};
  const auto found = all.find(name);
  if (found == all.end()) throw std::runtime_error("no right that a test gives: " + name);
  return found->second;
}

// What makes a binding makes a filter, too.
Binding made_by(const auto& make, const std::string& user, const KafkaRight& right) {
  const bool topics = !right.topics.empty();
  const std::string principal = "User:" + user;
  std::array<char, 256> fault{};
  Binding binding(
      make(topics ? RD_KAFKA_RESOURCE_TOPIC : RD_KAFKA_RESOURCE_BROKER,
           topics ? right.topics.c_str() : "kafka-cluster",
           topics ? RD_KAFKA_RESOURCE_PATTERN_PREFIXED : RD_KAFKA_RESOURCE_PATTERN_LITERAL,
           principal.c_str(), "*", operation_of(right.operation),
           RD_KAFKA_ACL_PERMISSION_TYPE_ALLOW, fault.data(), fault.size()));
  if (!binding) throw std::runtime_error(fault.data());
  return binding;
}

rd_kafka_t* client_of(const std::string& bootstrap, const RawKafka::Settings& settings) {
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  std::array<char, 512> fault{};
  rd_kafka_conf_set(conf, "bootstrap.servers", bootstrap.c_str(), nullptr, 0);
  rd_kafka_conf_set(conf, "log_level", "0", nullptr, 0);
  for (const auto& [name, value] : settings) {
    if (rd_kafka_conf_set(conf, name.c_str(), value.c_str(), fault.data(), fault.size()) !=
        RD_KAFKA_CONF_OK)
      throw std::runtime_error(fault.data());
  }
  rd_kafka_t* client = rd_kafka_new(RD_KAFKA_PRODUCER, conf, fault.data(), fault.size());
  if (client == nullptr) throw std::runtime_error(fault.data());
  return client;
}

}  // namespace

KafkaRights::KafkaRights(const std::string& bootstrap, const RawKafka::Settings& client)
    : client_(client_of(bootstrap, client)) {}

void KafkaRights::give(const std::string& user, const std::vector<KafkaRight>& rights) {
  std::vector<Binding> bindings;
  for (const KafkaRight& right : rights)
    bindings.push_back(made_by(rd_kafka_AclBinding_new, user, right));
  std::vector<rd_kafka_AclBinding_t*> raw;
  for (const Binding& binding : bindings) raw.push_back(binding.get());
  const Reply reply = ask(client_.get(), "give rights", [&](auto options, auto queue) {
    rd_kafka_CreateAcls(client_.get(), raw.data(), raw.size(), options, queue);
  });
  std::size_t count = 0;
  const auto* const* results =
      rd_kafka_CreateAcls_result_acls(rd_kafka_event_CreateAcls_result(reply.get()), &count);
  for (std::size_t i = 0; i < count; ++i) {
    if (const auto* error = rd_kafka_acl_result_error(results[i]))
      check("give rights", rd_kafka_error_code(error), rd_kafka_error_string(error));
  }
  for (const KafkaRight& right : rights)
    wait_until("brokers to go by a right", [&] { return found(user, right) == 1; });
}

void KafkaRights::take(const std::string& user, const KafkaRight& right) {
  const Binding filter = made_by(rd_kafka_AclBindingFilter_new, user, right);
  const Reply reply = ask(client_.get(), "take rights", [&](auto options, auto queue) {
    std::array all{filter.get()};
    rd_kafka_DeleteAcls(client_.get(), all.data(), all.size(), options, queue);
  });
  std::size_t count = 0;
  const auto* const* results =
      rd_kafka_DeleteAcls_result_responses(rd_kafka_event_DeleteAcls_result(reply.get()), &count);
  for (std::size_t i = 0; i < count; ++i) {
    if (const auto* error = rd_kafka_DeleteAcls_result_response_error(results[i]))
      check("take rights", rd_kafka_error_code(error), rd_kafka_error_string(error));
  }
  wait_until("brokers to go by it", [&] { return found(user, right) == 0; });
}

std::size_t KafkaRights::found(const std::string& user, const KafkaRight& right) {
  const Binding filter = made_by(rd_kafka_AclBindingFilter_new, user, right);
  const Reply reply = ask(client_.get(), "look at rights", [&](auto options, auto queue) {
    rd_kafka_DescribeAcls(client_.get(), filter.get(), options, queue);
  });
  std::size_t count = 0;
  rd_kafka_DescribeAcls_result_acls(rd_kafka_event_DescribeAcls_result(reply.get()), &count);
  return count;
}

}  // namespace optare
