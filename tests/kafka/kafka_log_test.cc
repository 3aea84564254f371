// The adapter on real brokers: the contract of every log, and what librdkafka's mock cluster cannot
// show.
#include "core/kafka/kafka_log.h"

#include <gmock/gmock.h>

#include <set>

#include "core/openssl/random.h"
#include "core/system_clock/system_clock.h"
#include "tests/contract/event_log_contract.h"
#include "tests/support/kafka_brokers.h"
#include "tests/support/raw_kafka.h"
#include "tests/support/temporary_directory.h"

namespace optare {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

constexpr Partition control = Partition::control;

// A node's log on topics of its own.
class RealLog {
 public:
  RealLog() {
    for (const char* topic : {".control", ".tokens"}) raw.create_topic(prefix + topic);
    open();
  }
  void open() {
    log.reset();
    KafkaLogOptions options;
    options.connection.brokers = shared_brokers();
    options.connection.topic_prefix = prefix;
    options.directory = mirror();
    options.history_interval = 20ms;
    log = std::make_unique<KafkaLog>(resources, clock, random, std::move(options));
  }
  void lose_mirror() {
    log.reset();
    std::filesystem::remove_all(mirror());
  }
  std::filesystem::path mirror() const { return directory / "log"; }
  std::string topic() const { return prefix + ".control"; }

  const std::string prefix = kafka_prefix();
  RawKafka raw{shared_brokers()};
  TemporaryDirectory directory;
  RocksResources resources;
  SystemClock clock;
  SystemRandom random;
  std::unique_ptr<KafkaLog> log;
};

template <bool keep_mirror>
class RealLogFixture {
 public:
  static constexpr bool durable = true;
  RealLogFixture() { EXPECT_TRUE(real_.log->catch_up(90s)); }
  const Clock& clock() { return real_.clock; }
  EventLog& log() { return *real_.log; }
  void reopen() {
    if (!keep_mirror) real_.lose_mirror();
    real_.open();
    EXPECT_TRUE(real_.log->catch_up(90s));
  }

 private:
  RealLog real_;
};
using Logs = testing::Types<RealLogFixture<true>, RealLogFixture<false>>;

class KafkaLogTest : public testing::Test {
 protected:
  // Until they can be read.
  void append(const std::vector<std::string>& frames) {
    const std::uint64_t end = real.log->end(control) + frames.size();
    for (const std::string& frame : frames)
      ASSERT_EQ(append_and_wait(*real.log, control, frame), Append::persisted);
    ASSERT_TRUE(soon([&] { return real.log->end(control) >= end; }));
  }
  void make_topic_anew() {
    real.raw.delete_topic(real.topic());
    real.raw.create_topic(real.topic());
  }
  // What a node does that was not told: after what it has it reads `first`, then what the topic
  // has.
  void read_on_unnoticed(const std::vector<LogRecord>& first = {}) {
    Mirror mirror(real.resources, real.mirror(), OpenMode::write);
    if (!first.empty()) ASSERT_TRUE(mirror.write(control, first));
    for (const RawRecord& record : real.raw.read(real.topic())) {
      const auto offset = static_cast<std::uint64_t>(record.offset);
      if (offset < mirror.end(control)) continue;
      ASSERT_TRUE(mirror.write(control, {{.offset = offset,
                                          .time = timestamp_of(record.time_ms),
                                          .bytes = record.value.value_or("")}}));
    }
    ASSERT_EQ(mirror.end(control), real.raw.read(real.topic()).size());
  }
  std::string what_it_says() {
    EXPECT_TRUE(soon([&] { return !real.log->other_history().empty(); }));
    return real.log->other_history();
  }
  RealLog real;
};

TEST_F(KafkaLogTest, BrokersStampEveryRecord) {
  append({"a", "b"});
  EXPECT_EQ(real.log->status().feed.unstamped, 0U);
  for (const RawRecord& record : real.raw.read(real.topic())) EXPECT_TRUE(record.stamped_by_broker);
}

// A topic that is compacted one day loses nothing of what was written before: no key comes twice.
TEST_F(KafkaLogTest, EveryRecordHasAKeyOfItsOwn) {
  append({"a", "a"});
  real.open();
  append({"a", "a"});
  std::set<std::string> keys;
  for (const RawRecord& record : real.raw.read(real.topic())) {
    EXPECT_EQ(record.key->size(), 16U);
    keys.insert(*record.key);
  }
  EXPECT_EQ(keys.size(), 4U);
}

// Nobody reads another one. Who opens the log when there are two knows of both at once.
TEST_F(KafkaLogTest, WritesToTheFirstPartitionHoweverManyThereAre) {
  append({"a"});
  real.raw.add_partitions(real.topic(), 2);
  append({"b", "c"});
  real.open();
  ASSERT_TRUE(real.log->catch_up(90s));
  for (int i = 0; i < 16; ++i)
    ASSERT_EQ(append_and_wait(*real.log, control, "x"), Append::persisted);
  EXPECT_EQ(real.raw.end(real.topic(), 0), 3 + 16);
  EXPECT_EQ(real.raw.end(real.topic(), 1), 0);
}

// With the time at which they wrote it, by which a place is believed.
TEST_F(KafkaLogTest, BrokersSayWhereARecordStandsAndWhoWroteIt) {
  append({"first", "second"});
  const KafkaConnection connection{.brokers = shared_brokers()};
  KafkaCounts counts;
  ProducerOptions options;
  options.topics = {{control, real.topic()}};
  KafkaProducer producer(connection, options, counts);
  std::promise<std::optional<Written>> answer;
  producer.append(
      control, RecordKey{}, "third",
      [&](Append, const std::optional<Written>& written) { answer.set_value(written); });
  const auto written = answer.get_future().get();
  ASSERT_TRUE(written);
  EXPECT_EQ(written->offset, 2U);
  EXPECT_EQ(written->broker, real.raw.leader(real.topic()));
}

TEST_F(KafkaLogTest, ATopicThatKeepsTheProducersTimeIsVoid) {
  real.raw.set_topic(real.topic(), {{"message.timestamp.type", "CreateTime"}});
  ASSERT_TRUE(soon([&] {
    append_and_wait(*real.log, control, "x");
    return real.log->status().feed.unstamped > 0;
  }));
  EXPECT_EQ(all_records(*real.log, control).back().bytes, "");
}

TEST_F(KafkaLogTest, ATopicThatWasMadeAnewIsAnotherHistory) {
  append({"a", "b", "c"});
  real.log.reset();
  make_topic_anew();
  real.open();
  EXPECT_FALSE(real.log->catch_up(90s));
  EXPECT_THAT(what_it_says(), HasSubstr("lost its end"));
}

TEST_F(KafkaLogTest, ATopicThatWasMadeAnewAndGrewIsAnotherHistory) {
  append({"a", "b", "c"});
  real.log.reset();
  make_topic_anew();
  for (int i = 0; i < 5; ++i) real.raw.produce(real.topic(), 0, "x");
  real.open();
  EXPECT_FALSE(real.log->catch_up(90s));
  EXPECT_THAT(what_it_says(), HasSubstr("is not the one that this node read there"));
}

// While the node runs.
TEST_F(KafkaLogTest, NoticesThatItsTopicWasMadeAnew) {
  append({"a", "b", "c"});
  make_topic_anew();
  EXPECT_TRUE(soon([&] {
    real.log->look_again(control);
    std::this_thread::sleep_for(200ms);
    return !real.log->other_history().empty();
  })) << testing::PrintToString(real.log->status().errors)
      << real.log->status().feed.restarts;
}

// It slept meanwhile, read on, and ended before it noticed.
TEST_F(KafkaLogTest, NoticesThatItReadOfTwoTopics) {
  append({"a", "b", "c"});
  real.log.reset();
  make_topic_anew();
  for (int i = 0; i < 5; ++i) real.raw.produce(real.topic(), 0, "x");
  read_on_unnoticed();
  real.open();
  EXPECT_FALSE(real.log->catch_up(90s));
  EXPECT_THAT(what_it_says(), HasSubstr("is not the one that this node read there"));
}

// It lost its end and grew again before the node asked the next time; then the node ended.
TEST_F(KafkaLogTest, NoticesThatItReadWhatItsTopicLost) {
  const std::uint64_t many = (8U << 20U) / frame_bytes_max + 2;  // more than is read at once
  append(std::vector<std::string>(many, std::string(frame_bytes_max, 'a')));
  append({"b"});
  const Timestamp time = real.log->read(control, many, 1).front().time;
  real.log.reset();
  std::this_thread::sleep_for(silence_asked_about + 500ms);  // as an election takes
  for (int i = 0; i < 3; ++i) real.raw.produce(real.topic(), 0, "x");
  read_on_unnoticed({{.offset = many + 1, .time = time + 1ms, .bytes = "lost"}});
  real.open();
  EXPECT_FALSE(real.log->catch_up(90s));
  EXPECT_THAT(
      what_it_says(),
      HasSubstr(fmt::format("its record {} is not the one that this node read there", many + 1)));
}

// Brokers are asked all the time, and nothing is read again for it. The records are others': where
// one of its own comes late, as on a busy machine, a node asks who leads, and reads again.
TEST_F(KafkaLogTest, DoesNotDoubtATopicThatIsTheSame) {
  EXPECT_TRUE(real.log->catch_up(90s));
  for (int opened = 0; opened < 2; ++opened) {
    for (int i = 0; i < 5; ++i) {
      real.raw.produce(real.topic(), 0, "b");
      const auto last = static_cast<std::uint64_t>(real.raw.produce(real.topic(), 0, "c"));
      ASSERT_TRUE(soon([&] { return real.log->end(control) > last; }));
      real.raw.produce_in_transaction(real.topic(), 0, "theirs");
      const std::uint64_t told = real.log->status().histories_told;
      EXPECT_TRUE(soon([&] { return real.log->status().histories_told > told + 4; }));
    }
    EXPECT_EQ(real.log->other_history(), "");
    EXPECT_EQ(real.log->status().feed.restarts, partitions.size());
    real.open();
    EXPECT_TRUE(real.log->catch_up(90s));
  }
}

TEST_F(KafkaLogTest, BrokersSayWhichRecordATimeBeginsWith) {
  append({"a"});
  std::this_thread::sleep_for(2ms);
  append({"b"});
  const auto records = all_records(*real.log, control);
  const KafkaConnection connection{.brokers = shared_brokers()};
  KafkaCounts counts;
  EndAsker asker(connection, {{control, real.topic()}}, counts);
  // Once a broker tells in time.
  const auto first_since = [&](Timestamp since) {
    std::optional<std::uint64_t> told;
    EXPECT_TRUE(soon([&] {
      std::promise<std::optional<std::uint64_t>> answer;
      asker.ask_first(control, since, [&](auto first) { answer.set_value(first); });
      return (told = answer.get_future().get()).has_value();
    }));
    return told;
  };
  EXPECT_EQ(first_since(records[0].time), 0U);
  EXPECT_EQ(first_since(records[0].time + 1ms), 1U);
  EXPECT_EQ(first_since(records[1].time), 1U);
  EXPECT_EQ(first_since(records[1].time + 1ms), HistoryWatch::none_since);
}

TEST_F(KafkaLogTest, NoticesThatRetentionTookTheBeginning) {
  append({"a", "b", "c"});
  real.raw.delete_records(real.topic(), 0, 2);
  real.open();
  EXPECT_TRUE(real.log->catch_up(90s)) << "it has all of it";
  real.lose_mirror();
  real.open();
  EXPECT_FALSE(real.log->catch_up(90s));
  EXPECT_THAT(what_it_says(), HasSubstr("its oldest records were deleted: it begins at 2"));
}

// Somebody's transaction ends with a marker, which nobody is given to read: a hole.
TEST_F(KafkaLogTest, TheMarkerOfATransactionIsAHole) {
  append({"a"});
  EXPECT_EQ(real.raw.produce_in_transaction(real.topic(), 0, "theirs"), 1);
  EXPECT_TRUE(soon([&] { return ask_end_and_wait(*real.log, control) == 3U; }));
  EXPECT_TRUE(soon([&] { return real.log->end(control) == 3U; })) << real.log->end(control);
  append({"b"});
  const auto records = all_records(*real.log, control);
  ASSERT_EQ(records.size(), 4U);
  EXPECT_EQ(records[1].bytes, "theirs");
  EXPECT_EQ(records[2].bytes, "");
  EXPECT_EQ(records[3].bytes, "b");
}

// Who comes later finds the marker at the end.
TEST_F(KafkaLogTest, TheMarkerOfATransactionIsAHoleAtTheEnd) {
  real.raw.produce_in_transaction(real.topic(), 0, "theirs");
  ASSERT_TRUE(soon([&] { return real.raw.end(real.topic()) == 2; }));
  for (int i = 0; i < 2; ++i) {
    real.open();
    EXPECT_TRUE(real.log->catch_up(90s));
    EXPECT_EQ(real.log->end(control), 2U);
  }
}

// What is durable behind it counts: an absence is told from the end.
TEST_F(KafkaLogTest, AnOpenTransactionHidesNothing) {
  append({"a"});
  EXPECT_EQ(real.raw.produce_in_transaction(real.topic(), 0, "theirs", false), 1);
  append({"b"});
  EXPECT_EQ(ask_end_until_told(*real.log, control), 3U);
  EXPECT_EQ(all_records(*real.log, control).back().bytes, "b");
}

TEST_F(KafkaLogTest, SeesItsBrokersAndItsRoundTrips) {
  append({"a", "b"});
  KafkaStatus status;
  EXPECT_TRUE(soon([&] {
    status = real.log->status();
    return status.brokers.up > 0 && status.parts[0].skew;
  }));
  EXPECT_EQ(status.round_trips.count, 2U);
  EXPECT_EQ(status.parts[0].mirror_end, 2U);
  EXPECT_EQ(status.parts[0].lag(), 0U);
  ASSERT_TRUE(status.parts[0].skew.has_value());
  EXPECT_LT(std::chrono::abs(*status.parts[0].skew), 1s);
}

}  // namespace

INSTANTIATE_TYPED_TEST_SUITE_P(RealBrokers, EventLogContract, Logs);

}  // namespace optare
