// A topic that is not the one that was mirrored, and records that are none of ours.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <future>

#include "tests/contract/event_log_contract.h"
#include "tests/support/mock_kafka_log.h"

namespace optare {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

using enum Partition;

class OtherHistory : public testing::Test {
 protected:
  // Until they can be read.
  void append(const std::vector<std::string>& frames) {
    const std::uint64_t end = kafka.log->end(control) + frames.size();
    for (const std::string& frame : frames)
      ASSERT_EQ(append_and_wait(*kafka.log, control, frame), Append::persisted);
    ASSERT_TRUE(soon([&] { return kafka.log->end(control) >= end; }));
  }
  // Another cluster under the same name, with records of its own.
  void move_to_another_cluster(const std::vector<std::string>& frames) {
    kafka.log.reset();
    kafka.kafka = mock_with_topics();
    MockKafkaLog there(std::move(kafka.kafka));
    for (const std::string& frame : frames)
      ASSERT_EQ(append_and_wait(*there.log, control, frame), Append::persisted);
    there.log.reset();
    kafka.kafka = std::move(there.kafka);
  }
  // A bit of what stands in the mirror's tables.
  void damage(const std::string& text) const {
    bool found = false;
    for (const auto& entry : std::filesystem::directory_iterator(kafka.mirror())) {
      if (entry.path().extension() != ".sst") continue;
      std::fstream file(entry.path(), std::ios::in | std::ios::out | std::ios::binary);
      const std::string bytes(std::istreambuf_iterator<char>(file), {});
      const std::size_t at = bytes.find(text);
      if (at == std::string::npos) continue;
      file.seekp(static_cast<std::streamoff>(at));
      file.put(static_cast<char>(text.front() ^ 1));
      found = true;
    }
    ASSERT_TRUE(found);
  }
  std::string what_it_says() {
    EXPECT_TRUE(soon([&] { return !kafka.log->other_history().empty(); }));
    return kafka.log->other_history();
  }
  MockKafkaLog kafka;
};

TEST_F(OtherHistory, ATopicThatHoldsLessLostItsEnd) {
  append({"a", "b", "c"});
  move_to_another_cluster({"a"});
  kafka.open();
  EXPECT_FALSE(kafka.log->catch_up(60s));
  EXPECT_THAT(what_it_says(), HasSubstr("optare.control: this node read 3 records of it, and it "
                                        "holds 1: the topic lost its end"));
  EXPECT_EQ(append_and_wait(*kafka.log, control, "d"), Append::not_persisted);
  EXPECT_EQ(kafka.log->end(control), 3U) << "what was read is still there to look at";
  EXPECT_EQ(kafka.log->fault(), kafka.log->other_history());
}

// Who waits for a proof of the end hears that there is none, though nothing is read any more.
TEST_F(OtherHistory, EndsACatchUpThatWaitsForAProof) {
  append({"a", "b"});
  move_to_another_cluster({"a", "x", "y", "z"});
  kafka.open();
  kafka.log->tick_with([](Partition) { return std::string("tick"); });
  auto caught_up = std::async(std::launch::async, [&] { return kafka.log->catch_up(20s); });
  ASSERT_EQ(caught_up.wait_for(40s), std::future_status::ready);
  EXPECT_FALSE(caught_up.get());
  EXPECT_THAT(what_it_says(), HasSubstr("is not the one"));
}

TEST_F(OtherHistory, AnEmptyTopicLostItsEnd) {
  append({"a"});
  move_to_another_cluster({});
  kafka.open();
  EXPECT_FALSE(kafka.log->catch_up(60s));
  EXPECT_THAT(what_it_says(), HasSubstr("lost its end"));
}

// A broker that was cut off from its peers may tell of an end from before: what counts is where a
// record of one's own stands that was acknowledged.
TEST_F(OtherHistory, AnEndIsLostOnceARecordIsWrittenBelowWhatWasRead) {
  append({"a", "b", "c"});
  move_to_another_cluster({"a"});
  const std::vector errors(10'000, RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS);
  kafka.kafka->fail_produce(errors);
  kafka.open();
  kafka.log->tick_with([](Partition) { return std::string("tick"); });
  EXPECT_FALSE(kafka.log->catch_up(2 * end_loss_patience));
  EXPECT_EQ(kafka.log->other_history(), "");
  kafka.kafka->fail_no_more();
  EXPECT_THAT(what_it_says(), HasSubstr("optare.control: this node read 3 records of it, and it "
                                        "holds 2: the topic lost its end"));
}

// Who acknowledged a record may be gone before it is read: then another broker has it.
TEST(LostLeader, IsNotTheOnlyOneThatIsAsked) {
  constexpr std::int16_t fetch_request = 1;  // its number in the protocol
  auto cluster = std::make_unique<MockKafka>(2);
  for (const char* topic : {"optare.control", "optare.tokens"}) {
    cluster->make_topic(topic);
    rd_kafka_mock_partition_set_leader(cluster->cluster(), topic, 0, 1);
  }
  MockKafkaLog kafka(std::move(cluster));
  rd_kafka_mock_cluster_t* const brokers = kafka.kafka->cluster();
  const std::vector errors(100'000, RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION);
  rd_kafka_mock_push_request_errors_array(brokers, fetch_request, errors.size(), errors.data());
  ASSERT_EQ(append_and_wait(*kafka.log, control, "a"), Append::persisted);
  rd_kafka_mock_broker_set_down(brokers, 1);
  std::this_thread::sleep_for(3 * unread_max);
  for (const char* topic : {"optare.control", "optare.tokens"})
    rd_kafka_mock_partition_set_leader(brokers, topic, 0, 2);
  rd_kafka_mock_clear_request_errors(brokers, fetch_request);
  EXPECT_TRUE(soon([&] { return kafka.log->end(control) == 1; }))
      << testing::PrintToString(kafka.log->status().errors);
}

// The very last record alone is missing: nothing is out of range.
TEST_F(OtherHistory, ATopicThatLacksTheLastRecordLostItsEnd) {
  append({"a", "b"});
  move_to_another_cluster({"a"});
  kafka.open();
  EXPECT_FALSE(kafka.log->catch_up(60s));
  EXPECT_THAT(what_it_says(), HasSubstr("lost its end"));
}

TEST_F(OtherHistory, ATopicThatGrewAgainIsAnotherOne) {
  append({"a", "b"});
  move_to_another_cluster({"a", "x", "y", "z"});
  kafka.open();
  EXPECT_FALSE(kafka.log->catch_up(60s));
  EXPECT_THAT(what_it_says(),
              HasSubstr("optare.control: its record 1 is not the one that this node read there"));
}

// The same bytes at another time are another record.
TEST_F(OtherHistory, TheTimeOfARecordCountsToo) {
  append({"a", "b"});
  std::this_thread::sleep_for(5ms);
  move_to_another_cluster({"a", "b"});
  kafka.open();
  EXPECT_FALSE(kafka.log->catch_up(60s));
  EXPECT_THAT(what_it_says(), HasSubstr("is not the one"));
}

TEST_F(OtherHistory, TheSameTopicIsNone) {
  append({"a", "b"});
  for (int i = 0; i < 3; ++i) {
    kafka.open();
    EXPECT_TRUE(kafka.log->catch_up(60s));
    EXPECT_EQ(kafka.log->other_history(), "");
    kafka.log->look_again(control);
  }
  append({"c", "d", "e"});
  EXPECT_EQ(kafka.log->end(control), 5U);
  EXPECT_EQ(kafka.log->other_history(), "");
}

// The mock keeps 5 MiB of a partition.
TEST_F(OtherHistory, ATopicWhoseOldestRecordsAreGoneIsOfNoUseToANewNode) {
  const std::string big(60'000, 'x');
  for (int i = 0; i < 120; ++i)
    ASSERT_EQ(append_and_wait(*kafka.log, control, big), Append::persisted);
  kafka.lose_mirror();
  kafka.open();
  EXPECT_FALSE(kafka.log->catch_up(60s));
  EXPECT_THAT(what_it_says(), HasSubstr("optare.control: its oldest records were deleted"));
}

TEST_F(OtherHistory, CatchUpSaysHowFarItIs) {
  append({"a", "b", "c"});
  kafka.lose_mirror();
  kafka.open();
  std::uint64_t done = 99;
  std::uint64_t total = 0;
  EXPECT_TRUE(kafka.log->catch_up(60s, [&](std::uint64_t d, std::uint64_t t) {
    EXPECT_LE(d, t);
    done = d;
    total = t;
  }));
  EXPECT_EQ(done, 3U);
  EXPECT_EQ(total, 3U);
}

// Whoever fetches a long log for the first time proves its end last.
TEST_F(OtherHistory, CatchUpSaysHowFarItIsBeforeTheEndIsProven) {
  append({"a", "b", "c"});
  kafka.lose_mirror();
  kafka.open([](KafkaLogOptions& options) {
    options.producer_settings = {{"bootstrap.servers", "127.0.0.1:1"}};
  });
  kafka.log->tick_with([](Partition) { return std::string("it never arrives"); });
  std::uint64_t done = 0;
  EXPECT_TRUE(soon([&] {
    EXPECT_FALSE(kafka.log->catch_up(4s, [&](std::uint64_t d, std::uint64_t) { done = d; }));
    return done == 3;
  })) << done;
}

TEST_F(OtherHistory, CatchUpIsPatientOnlySoLong) {
  rd_kafka_mock_broker_set_down(kafka.kafka->cluster(), 1);
  kafka.open();
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_FALSE(kafka.log->catch_up(1s));
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 60s);
  EXPECT_EQ(kafka.log->other_history(), "") << "brokers that are away are no other history";
}

// What stands in the mirror is read without brokers, and beside a running node.
TEST_F(OtherHistory, TheMirrorIsReadWithoutBrokers) {
  append({"a", "b"});
  KafkaLogOptions beside = mock_log_options(*kafka.kafka, kafka.mirror());
  beside.mode = OpenMode::read_only;
  beside.connection.brokers = "127.0.0.1:1";
  KafkaLog reader(kafka.resources, *kafka.clock, kafka.random, std::move(beside));
  EXPECT_TRUE(reader.catch_up(1s));
  EXPECT_EQ(reader.read(control, 0, 10).size(), 2U);
  EXPECT_EQ(append_and_wait(reader, control, "c"), Append::not_persisted);
  EXPECT_EQ(ask_end_and_wait(reader, control), 2U);
  EXPECT_EQ(reader.fault(), "");
}

// Of what is near its beginning nothing but a question to brokers is made.
TEST_F(OtherHistory, AMirrorThatIsDamagedNearItsBeginningIsReadOn) {
  const std::string big(60'000, 'x');  // a block of its own
  const std::string marked = "the record that is damaged" + big;
  append({big, marked, big, "last"});
  kafka.log.reset();
  const RocksResources others;  // nothing of it is in their memory
  // What was written ahead goes into its tables.
  std::make_unique<Mirror>(others, kafka.mirror(), OpenMode::write).reset();
  damage(marked.substr(0, 20));
  KafkaLogOptions beside = mock_log_options(*kafka.kafka, kafka.mirror());
  beside.mode = OpenMode::read_only;
  {
    const KafkaLog reader(others, *kafka.clock, kafka.random, std::move(beside));
    EXPECT_THROW(reader.read(control, 1, 1), LogFault) << "nothing is damaged";
    EXPECT_EQ(reader.read(control, 3, 1).size(), 1U);
  }
  kafka.open();
  EXPECT_THROW(kafka.log->read(control, 1, 1), LogFault) << "nothing is damaged";
  EXPECT_TRUE(kafka.log->catch_up(60s));
  EXPECT_GT(kafka.log->status().histories_told, 0U) << "another record is asked about";
}

// Somebody wrote without the brokers' time, or more than we ever do: void, and in its place.
TEST_F(OtherHistory, RecordsThatNoBrokerStampedAreVoid) {
  append({"a", "b"});
  kafka.lose_mirror();
  kafka.open([](KafkaLogOptions& options) { options.broker_time_only = true; });
  EXPECT_TRUE(kafka.log->catch_up(60s));
  const auto records = kafka.log->read(control, 0, 10);
  ASSERT_EQ(records.size(), 2U);
  for (const LogRecord& record : records) {
    EXPECT_EQ(record.bytes, "");
    EXPECT_EQ(record.time, Timestamp());
  }
  EXPECT_EQ(kafka.log->status().feed.unstamped, 2U);
  EXPECT_EQ(kafka.log->currency(control).at, Currency::never) << "nor do they prove anything";
}

TEST_F(OtherHistory, RecordsOverTheLimitAreVoid) {
  append({"a"});
  KafkaCounts counts;
  ProducerOptions options;
  options.topics = {{control, "optare.control"}};
  const KafkaConnection connection = kafka.kafka->connection();
  KafkaProducer stranger(connection, options, counts);
  std::promise<Append> answer;
  stranger.append(control, RecordKey{}, std::string(frame_bytes_max + 1, 'x'),
                  [&](Append result, const auto&) { answer.set_value(result); });
  ASSERT_EQ(answer.get_future().get(), Append::persisted);
  ASSERT_EQ(append_and_wait(*kafka.log, control, "b"), Append::persisted);
  const auto records = all_records(*kafka.log, control);
  ASSERT_EQ(records.size(), 3U);
  EXPECT_EQ(records[1].bytes, "");
  EXPECT_EQ(records[2].bytes, "b");
  EXPECT_EQ(kafka.log->status().feed.oversized, 1U);
}

}  // namespace
}  // namespace optare
