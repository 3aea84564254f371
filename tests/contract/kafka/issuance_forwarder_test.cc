// From the spool to the topic: in order, everything, whatever the brokers do meanwhile.
#include "core/kafka/issuance_forwarder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "core/issuance/forward_mark.h"
#include "core/memory/memory_log.h"
#include "tests/support/fake_clock.h"
#include "tests/support/issuance_batches.h"
#include "tests/support/mock_kafka.h"
#include "tests/support/process.h"
#include "tests/support/raw_kafka.h"

namespace optare {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* topic = "optare.issuance";

class ForwarderTest : public testing::Test {
 protected:
  ForwarderTest() { kafka_.make_topic(topic); }

  void start(const std::function<void(ForwarderOptions&)>& change = {}) {
    forwarder_.reset();
    ForwarderOptions options{.topic = topic};
    options.limits.mark_interval = 20ms;
    options.limits.retry_min = 20ms;
    options.stop_patience = 300ms;
    if (change) change(options);
    forwarder_ = std::make_unique<IssuanceForwarder>(
        IssuanceForwarder::Parts{
            .connection = connection_,
            .spool = spool_,
            .mark = mark_,
            .keep_mark =
                [this](std::string_view text) {
                  if (mark_faults_-- > 0) throw std::runtime_error("no disk");
                  mark_ = text;
                  ++marks_;
                },
            .acknowledgements = acknowledgements_,
            .remark = [this](const std::string& text) { said_.push_back(text); }},
        options);
  }
  void add(int batches, std::size_t scope_bytes = 4) {
    for (int i = 0; i < batches; ++i) add_batch(spool_, {1}, "node", scope_bytes);
  }
  void all_forwarded() {
    wait_until("everything to be in the topic", [&] { return forwarder_->status().queue == 0; });
  }
  // What the topic holds.
  std::vector<RawRecord> records() { return RawKafka(connection_.brokers).read(topic); }
  // By the first number of each batch, which are 1, 3, 5, ...
  std::vector<std::uint64_t> in_topic() {
    std::vector<std::uint64_t> all;
    for (const RawRecord& record : records())
      all.push_back(parse_batch(record.value.value_or(""))->first_number);
    return all;
  }
  // The topic without what a reader has already.
  std::vector<std::uint64_t> first_times() {
    std::vector<std::uint64_t> all;
    std::set<std::uint64_t> seen;
    for (const std::uint64_t number : in_topic())
      if (seen.insert(number).second) all.push_back(number);
    return all;
  }
  static std::vector<std::uint64_t> numbers(std::uint64_t batches, std::uint64_t from = 0) {
    std::vector<std::uint64_t> all;
    for (std::uint64_t i = from; i < batches; ++i) all.push_back(2 * i + 1);
    return all;
  }
  void brokers_down() { rd_kafka_mock_broker_set_down(kafka_.cluster(), 1); }
  void brokers_up() { rd_kafka_mock_broker_set_up(kafka_.cluster(), 1); }

  MockKafka kafka_;
  const KafkaConnection connection_ = kafka_.connection();
  FakeClock clock_;
  MemoryLog spool_{clock_};
  std::shared_ptr<IssuanceAcknowledgements> acknowledgements_ =
      std::make_shared<IssuanceAcknowledgements>();
  std::string mark_;
  std::atomic<int> marks_ = 0;
  std::atomic<int> mark_faults_ = 0;
  std::vector<std::string> said_;
  std::unique_ptr<IssuanceForwarder> forwarder_;
};

TEST_F(ForwarderTest, BringsWhatIsThereAndWhatComes) {
  add(40);
  start();
  all_forwarded();
  EXPECT_EQ(in_topic(), numbers(40));
  add(3);
  all_forwarded();
  EXPECT_EQ(in_topic(), numbers(43));
  EXPECT_EQ(forwarder_->status().forwarded, 43U);
  std::vector<std::string> bytes;
  std::set<std::string> keys;
  for (const RawRecord& record : records()) {
    keys.insert(record.key.value_or(""));
    bytes.push_back(record.value.value_or(""));
  }
  EXPECT_TRUE(bytes == batches_of(spool_)) << "byte for byte";
  EXPECT_EQ(keys.size(), 43U) << "so that a compaction by accident deletes nothing";
  EXPECT_EQ(keys.begin()->size(), 16U);
  EXPECT_THAT(said_, IsEmpty());
}

TEST_F(ForwarderTest, GoesOnWhereItWas) {
  add(40);
  start();
  all_forwarded();
  forwarder_.reset();
  EXPECT_EQ(mark_, forward_mark_text(forward_mark_at(spool_, 40)));
  add(2);
  start();
  all_forwarded();
  EXPECT_EQ(in_topic(), numbers(42)) << "nothing twice";
}

// As after kill -9 between the acknowledgement and the mark.
TEST_F(ForwarderTest, SendsAgainWhatIsNotMarked) {
  add(10);
  start();
  all_forwarded();
  forwarder_.reset();
  mark_ = forward_mark_text(forward_mark_at(spool_, 4));
  add(1);
  start();
  all_forwarded();
  forwarder_.reset();
  EXPECT_EQ(in_topic().size(), 17U);
  EXPECT_EQ(first_times(), numbers(11)) << "in order, each the first time it is met";
}

TEST_F(ForwarderTest, MarksNothingThatIsNotAcknowledged) {
  add(5);
  brokers_down();
  start();
  std::this_thread::sleep_for(200ms);
  forwarder_.reset();
  EXPECT_EQ(mark_, "");
}

TEST_F(ForwarderTest, TakesABoundedPartOfWhatWaits) {
  start([](ForwarderOptions& options) { options.limits.records_max = 32; });
  add(1);
  all_forwarded();
  brokers_down();
  add(1'000);
  clock_.advance(1h);
  wait_until("the brokers to be missed", [&] { return forwarder_->status().trouble != ""; });
  const ForwardStatus away = forwarder_->status();
  EXPECT_EQ(away.queue, 1'000U);
  EXPECT_EQ(away.age, Duration(1h));
  EXPECT_GT(away.held_records, 0U);
  EXPECT_FALSE(away.errors.empty());
  brokers_up();
  all_forwarded();
  const ForwardStatus back = forwarder_->status();
  EXPECT_EQ(back.age, Duration(0));
  EXPECT_LE(back.held_records_most, 32U + 16U);
  EXPECT_EQ(first_times(), numbers(1'001));
}

TEST_F(ForwarderTest, CountsBytesToo) {
  brokers_down();
  start([](ForwarderOptions& options) { options.limits.bytes_max = 1U << 20U; });
  add(60, 50'000);  // 100 kB each
  wait_until("it to hold all that it may",
             [&] { return forwarder_->status().held_bytes > 1U << 20U; });
  std::this_thread::sleep_for(300ms);
  EXPECT_LT(forwarder_->status().held_bytes, (1U << 20U) + 17 * 101'000U);
  EXPECT_LT(forwarder_->status().held_records, 40U);
  brokers_up();
  all_forwarded();
  EXPECT_EQ(forwarder_->status().forwarded, 60U);
}

TEST_F(ForwarderTest, CountsOnceWhatItHolds) {
  add(100);
  brokers_down();
  start([](ForwarderOptions& options) { options.limits.records_max = 4; });
  wait_until("it to hold what it may", [&] { return forwarder_->status().held_records >= 4; });
  const ForwardStatus status = forwarder_->status();
  EXPECT_EQ(status.held_records, 4U);
  EXPECT_EQ(status.held_records_most, 4U);
  const auto all = batches_of(spool_);
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < 4; ++i) bytes += all.at(i).size();
  EXPECT_EQ(status.held_bytes, bytes);
}

// One request at a time: the mock does not refuse those that overtake another, as brokers do.
TEST_F(ForwarderTest, StaysInOrderWhateverABrokerRefuses) {
  using Errors = std::vector<rd_kafka_resp_err_t>;
  for (const Errors& errors :
       {Errors{RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS, RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION},
        Errors{RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER},
        Errors{RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, RD_KAFKA_RESP_ERR_NO_ERROR,
               RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED},
        Errors{RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE},
        Errors{RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT, RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS}}) {
    kafka_.fail_produce(errors);
    start([](ForwarderOptions& options) { options.more = {{"max.in.flight", "1"}}; });
    add(300);
    all_forwarded();
    EXPECT_EQ(first_times(), numbers(spool_.end(issuance_partition)))
        << rd_kafka_err2name(errors.front());
  }
}

// An operator who looks sees it, also between one try and the next.
TEST_F(ForwarderTest, SaysWhatItsTroubleIsAsLongAsItLasts) {
  using Errors = std::vector<rd_kafka_resp_err_t>;
  kafka_.fail_produce(Errors(10'000, RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED));
  start([](ForwarderOptions& options) { options.limits.retry_max = 20ms; });
  add(1);
  wait_until("it to say so", [&] { return forwarder_->status().trouble != ""; });
  const auto refused = [&] {
    std::uint64_t all = 0;
    for (const auto& [kind, count] : forwarder_->status().errors) all += count;
    return all;
  };
  int silent = 0;
  wait_until(
      "more tries",
      [&] {
        for (int look = 0; look < 50; ++look) {
          silent += forwarder_->status().trouble.empty() ? 1 : 0;
          std::this_thread::sleep_for(1ms);
        }
        return refused() >= 10;
      },
      60s);
  EXPECT_THAT(forwarder_->status().trouble, HasSubstr("Topic authorization failed"));
  kafka_.fail_no_more();
  wait_until("the acknowledgement", [&] {
    const ForwardStatus status = forwarder_->status();
    silent += status.queue > 0 && status.trouble.empty() ? 1 : 0;
    return status.queue == 0;
  });
  EXPECT_EQ(silent, 0);
  EXPECT_EQ(forwarder_->status().trouble, "");
}

TEST_F(ForwarderTest, TellsWhoWaits) {
  start();
  add(1);
  std::atomic<int> told = -1;
  acknowledgements_->await(0, [&](bool yes) { told = yes ? 1 : 0; });
  wait_until("the acknowledgement", [&] { return told >= 0; });
  EXPECT_EQ(told, 1);
  brokers_down();
  add(1);
  told = -1;
  acknowledgements_->await(
      1, [&](bool yes) { told = yes ? 1 : 0; },
      std::chrono::steady_clock::now() - issuance_ack_patience);
  wait_until("the end of patience", [&] { return told >= 0; });
  EXPECT_EQ(told, 0);
  EXPECT_FALSE(acknowledgements_->hopeful());
  brokers_up();
  wait_until("hope", [&] { return acknowledgements_->hopeful(); });
}

TEST_F(ForwarderTest, GathersWhatComesWhereNobodyWaits) {
  acknowledgements_ = nullptr;
  start([](ForwarderOptions& options) {
    options.gather = 1h;
    options.stop_patience = 20s;
  });
  add(3);
  std::this_thread::sleep_for(300ms);  // longer than it would leave them lying otherwise
  EXPECT_THAT(in_topic(), IsEmpty());
  forwarder_.reset();
  EXPECT_EQ(in_topic(), numbers(3)) << "an end waits for nothing";
}

TEST_F(ForwarderTest, GathersNothingWhereSomebodyWaits) {
  start([](ForwarderOptions& options) { options.gather = 1h; });
  add(3);
  all_forwarded();
}

TEST_F(ForwarderTest, SaysWhatTheSpoolDroppedBeforeItWasForwarded) {
  brokers_down();
  add(100);
  start([](ForwarderOptions& options) {
    options.limits.records_max = 4;
    options.more = {{"max.in.flight", "1"}};
  });
  wait_until("it to hold what it may", [&] { return forwarder_->status().held_records >= 4; });
  drop_batches_before(spool_, 50);
  // What it held is refused as well, and then it begins behind the gap more than once.
  kafka_.fail_produce(std::vector(3, RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED));
  brokers_up();
  all_forwarded();
  EXPECT_EQ(first_times(), numbers(100, 50));
  EXPECT_EQ(forwarder_->status().lost, 50U);
  ASSERT_EQ(said_.size(), 1U);
  EXPECT_THAT(said_[0], HasSubstr("were dropped before they were forwarded"));
}

TEST_F(ForwarderTest, GoesOnWhenTheSpoolDroppedEverything) {
  brokers_down();
  start([](ForwarderOptions& options) { options.more = {{"max.in.flight", "1"}}; });
  add(10);
  wait_until("it to hold all", [&] { return forwarder_->status().held_records >= 10; });
  std::atomic<int> told = -1;
  acknowledgements_->await(
      9, [&](bool yes) { told = yes ? 1 : 0; }, std::chrono::steady_clock::now() + 1h);
  drop_batches_before(spool_, 10);
  kafka_.fail_produce({RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED});
  brokers_up();
  all_forwarded();
  EXPECT_EQ(in_topic(), numbers(0));
  EXPECT_EQ(forwarder_->status().lost, 10U);
  EXPECT_EQ(forwarder_->status().trouble, "");
  EXPECT_EQ(said_.size(), 1U);
  wait_until("an answer for who waits", [&] { return told >= 0; });
  EXPECT_EQ(told, 0) << "its record is nowhere";
  EXPECT_TRUE(acknowledgements_->hopeful());
  add(1);
  all_forwarded();
  EXPECT_EQ(in_topic().size(), 1U);
  EXPECT_EQ(forwarder_->status().lost, 10U);
  forwarder_.reset();
  EXPECT_EQ(mark_, forward_mark_text(forward_mark_at(spool_, 11)));
}

TEST_F(ForwarderTest, GoesOnWhenTheMarkCannotBeKept) {
  mark_faults_ = 3;
  start();
  for (int i = 0; i < 5; ++i) {
    add(1);
    all_forwarded();
    std::this_thread::sleep_for(30ms);
  }
  wait_until("a mark", [&] { return marks_ > 0; });
  EXPECT_EQ(forwarder_->status().errors.at("mark _FS"), 3U);
  forwarder_.reset();
  EXPECT_EQ(mark_, forward_mark_text(forward_mark_at(spool_, 5)));
}

TEST_F(ForwarderTest, SaysThatTheMarkCannotBeKeptUntilItIs) {
  mark_faults_ = 1'000'000;
  start([](ForwarderOptions& options) { options.limits.mark_interval = 300ms; });
  add(1);
  all_forwarded();
  wait_until("it to say so", [&] { return forwarder_->status().trouble == "no disk"; });
  for (int look = 0; look < 500; ++look) {  // for some tries, and between them
    ASSERT_EQ(forwarder_->status().trouble, "no disk");
    std::this_thread::sleep_for(1ms);
  }
  mark_faults_ = 0;
  wait_until("no trouble", [&] { return forwarder_->status().trouble.empty(); });
  EXPECT_GT(marks_, 0);
}

TEST_F(ForwarderTest, EndsInTimeWhileBrokersAreAway) {
  brokers_down();
  add(1'000);
  start();
  std::this_thread::sleep_for(100ms);
  const auto began = std::chrono::steady_clock::now();
  forwarder_.reset();
  EXPECT_LT(std::chrono::steady_clock::now() - began, 30s);
  std::optional<bool> told;
  acknowledgements_->await(5'000, [&](bool yes) { told = yes; });
  EXPECT_EQ(told, false) << "nobody is left waiting";
}

TEST_F(ForwarderTest, FinishesWhatIsThereBeforeItEnds) {
  start([](ForwarderOptions& options) { options.stop_patience = 20s; });
  add(2'000);
  forwarder_.reset();
  EXPECT_EQ(in_topic(), numbers(2'000));
  EXPECT_EQ(mark_, forward_mark_text(forward_mark_at(spool_, 2'000)));
}

}  // namespace
}  // namespace optare
