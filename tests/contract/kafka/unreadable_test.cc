// A record that cannot be read is never passed over: other nodes may be able to.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/kafka/topic_reader.h"
#include "tests/contract/event_log_contract.h"
#include "tests/support/mock_kafka_log.h"
#include "tests/support/raw_batch.h"

namespace optare {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

using enum Partition;
constexpr const char* topic = "optare.control";

std::vector<std::string> read_all(const KafkaLog& log) {
  std::vector<std::string> frames;
  for (const LogRecord& record : log.read(control, 0, 100)) frames.push_back(record.bytes);
  return frames;
}

class Unreadable : public testing::Test {
 protected:
  // Until it was tried again and again.
  void await_tries() {
    EXPECT_TRUE(soon([&] { return kafka.log->status().feed.unreadable >= 3; }))
        << testing::PrintToString(kafka.log->status().errors);
  }
  void expect_nothing_behind(std::uint64_t offset) {
    await_tries();
    EXPECT_EQ(kafka.log->end(control), offset);
    EXPECT_EQ(kafka.log->status().feed.holes, 0U);
    EXPECT_THAT(kafka.log->fault(),
                AllOf(HasSubstr("optare.control: record " + std::to_string(offset)),
                      HasSubstr("make another broker the leader")));
    EXPECT_FALSE(kafka.log->catch_up(1s));
  }
  MockKafkaLog kafka;
};

// librdkafka skips it, and gives what is behind.
TEST_F(Unreadable, OfAnotherFormatIsWaitedFor) {
  std::vector<std::string> told;
  kafka.open([&](KafkaLogOptions& options) {
    options.unreadable = [&](const std::string& what) { told.push_back(what); };
  });
  produce_raw(*kafka.kafka, topic,
              encode({.offset = 0, .value = "a", .records = 2}) +
                  encode({.offset = 1, .value = "b", .magic = 9}));
  produce_raw(*kafka.kafka, topic, encode({.value = "c"}));
  expect_nothing_behind(1);
  EXPECT_THAT(read_all(*kafka.log), ElementsAre("a"));

  // Another leader has it whole.
  kafka.log.reset();
  EXPECT_THAT(told, ElementsAre(HasSubstr("MagicByte 9"))) << "once, not at each try";
  kafka.kafka = mock_with_topics();
  for (const char* value : {"a", "b", "c"})
    produce_raw(*kafka.kafka, topic, encode({.value = value}));
  kafka.open();
  EXPECT_TRUE(kafka.log->catch_up(60s));
  EXPECT_THAT(read_all(*kafka.log), ElementsAre("a", "b", "c"));
  EXPECT_EQ(kafka.log->fault(), "");
}

TEST_F(Unreadable, DamagedOneIsWaitedFor) {
  produce_raw(*kafka.kafka, topic, encode({.value = "a"}));
  produce_raw(*kafka.kafka, topic, damaged(encode({.value = "b"})));
  produce_raw(*kafka.kafka, topic, encode({.value = "c"}));
  expect_nothing_behind(1);
  EXPECT_THAT(kafka.log->fault(), HasSubstr("CRC"));
}

// The vault is read so: a claim, or a key, that one node alone does not see would part it from the
// others.
void expect_reader_waits(const std::vector<std::string>& produced) {
  MockKafka kafka;
  kafka.make_topic("vault");
  for (const std::string& batches : produced) produce_raw(kafka, "vault", batches);
  TopicReader reader(kafka.connection(), "vault", 5ms);
  std::vector<std::string> values;
  const auto poll = [&] {
    reader.poll(100ms, [&](const TopicReader::Record& record) {
      values.emplace_back(record.value.value_or("(tombstone)"));
    });
  };
  ASSERT_TRUE(soon([&] {
    poll();
    return !reader.fault().empty();
  }));
  for (const auto until = std::chrono::steady_clock::now() + 2s;
       std::chrono::steady_clock::now() < until;)
    poll();
  EXPECT_THAT(values, ElementsAre("a"));
  EXPECT_EQ(reader.position(), 1U);
  EXPECT_THAT(reader.fault(), HasSubstr("vault: record 1 cannot be read as the broker sends it"));
}

TEST(UnreadableRecord, OfAnotherFormatIsNotPassedOverByAReaderEither) {
  expect_reader_waits({encode({.offset = 0, .value = "a", .records = 2}) +
                           encode({.offset = 1, .value = "b", .magic = 9}),
                       encode({.value = "c"})});
}

TEST(UnreadableRecord, DamagedIsNotPassedOverByAReaderEither) {
  expect_reader_waits(
      {encode({.value = "a"}), damaged(encode({.value = "b"})), encode({.value = "c"})});
}

}  // namespace
}  // namespace optare
