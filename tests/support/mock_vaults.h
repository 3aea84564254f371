// Vaults of several nodes over one topic of librdkafka's mock cluster, and whoever else may write
// to it.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/kafka/kafka_vault.h"
#include "core/openssl/random.h"
#include "tests/support/mock_kafka.h"
#include "tests/support/process.h"

namespace optare {

class MockVaults {
 public:
  using Records = std::vector<std::pair<std::string, std::optional<std::string>>>;  // key, value

  explicit MockVaults(const Records& records = {}) {
    kafka_.make_topic("optare.vault");
    for (const auto& [key, value] : records) write(key, value);
  }
  std::unique_ptr<KafkaVault> open(char key = 'k', std::chrono::milliseconds write_again = patience,
                                   std::chrono::milliseconds check = patience) {
    KafkaVaultOptions with = options();
    with.write_again_after = write_again;
    with.check_interval = check;
    return open(with, key);
  }
  std::unique_ptr<KafkaVault> open(const KafkaVaultOptions& with, char key = 'k') {
    return std::make_unique<KafkaVault>(connection_, with, Secret(std::string(32, key)), random_);
  }
  static KafkaVaultOptions options() {
    return {.topic = "optare.vault",
            .open_patience = patience,
            .write_patience = std::chrono::seconds(30),
            .fetch_wait = fetch_wait};
  }
  // What the next questions for records are answered, one each.
  void fail_fetch(const std::vector<rd_kafka_resp_err_t>& errors) {
    constexpr std::int16_t fetch_request = 1;  // its number in the protocol
    rd_kafka_mock_push_request_errors_array(kafka_.cluster(), fetch_request, errors.size(),
                                            errors.data());
  }
  // A reader that begins is told so, one that goes on does not ask.
  void fail_begin(std::size_t times) {
    const std::vector errors(times, RD_KAFKA_RESP_ERR_INVALID_REQUEST);
    rd_kafka_mock_push_request_errors_array(kafka_.cluster(), list_offsets_request, errors.size(),
                                            errors.data());
  }
  void fail_begin_no_more() {
    rd_kafka_mock_clear_request_errors(kafka_.cluster(), list_offsets_request);
  }
  bool exists() { return vault_exists(connection_, options()); }
  // A record as anybody may write it who may write to the topic; none: a tombstone.
  void write(const std::string& key, const std::optional<std::string>& value) {
    const auto producer = make_kafka(RD_KAFKA_PRODUCER, connection_, {{"linger.ms", "0"}});
    const auto topic = make_topic(producer.get(), "optare.vault");
    std::string bytes = value.value_or("");
    ASSERT_EQ(rd_kafka_produce(topic.get(), 0, RD_KAFKA_MSG_F_COPY, value ? bytes.data() : nullptr,
                               bytes.size(), key.data(), key.size(), nullptr),
              0);
    ASSERT_EQ(rd_kafka_flush(producer.get(), 10'000), RD_KAFKA_RESP_ERR_NO_ERROR);
  }
  Records records() {
    Records all;
    TopicReader reader(connection_, "optare.vault", fetch_wait);
    const auto end = reader.end(patience).value_or(0);
    wait_until("the records of the vault", [&] {
      reader.poll(std::chrono::milliseconds(100), [&](const TopicReader::Record& record) {
        auto& [key, value] = all.emplace_back(record.key, std::nullopt);
        if (record.value) value.emplace(*record.value);
      });
      return reader.position() >= end;
    });
    return all;
  }
  // As compaction leaves them: of each key the last.
  static Records compacted(const Records& records) {
    Records left;
    for (const auto& record : records) {
      std::erase_if(left, [&](const auto& before) { return before.first == record.first; });
      left.push_back(record);
    }
    return left;
  }
  // The mock keeps some MB of a topic: the first records are gone then.
  void drop_first() {
    for (int i = 0; i < 8; ++i) write("foreign", std::string(900'000, 'x'));
    ASSERT_GT(first_offset(), 0U);
  }
  // The last record of the key that begins so.
  std::pair<std::string, std::string> last(const std::string& prefix) {
    for (const auto& [key, value] : compacted(records()))
      if (key.starts_with(prefix)) return {key, value.value_or("(tombstone)")};
    return {};
  }

 private:
  static constexpr std::chrono::seconds patience{60};
  static constexpr std::chrono::milliseconds fetch_wait{5};

  std::uint64_t first_offset() {
    const auto bounds = TopicReader(connection_, "optare.vault", fetch_wait).bounds(patience);
    return bounds ? bounds->begin : 0;
  }

  static constexpr std::int16_t list_offsets_request = 2;  // its number in the protocol
  MockKafka kafka_;
  const KafkaConnection connection_ = kafka_.connection();
  SystemRandom random_;
};

}  // namespace optare
