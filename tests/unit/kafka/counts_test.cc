#include "core/kafka/counts.h"

#include <gtest/gtest.h>

#include "core/kafka/history.h"
#include "core/kafka/own_records.h"
#include "core/kafka/producer.h"

namespace optare {
namespace {

using namespace std::chrono_literals;

TEST(KafkaCounts, KnowsBrokersByTheirIdsFromTheStatistics) {
  const std::string json = R"({"name":"rdkafka#producer-1","brokers":{
    "127.0.0.1:9092/bootstrap":{"nodeid":-1,"state":"UP"},
    "127.0.0.1:9092/1":{"nodeid":1,"state":"UP"},
    "127.0.0.1:9093/2":{"nodeid":2,"state":"DOWN"},
    "127.0.0.1:9094/3":{"nodeid":3,"state":"UP"}}})";
  EXPECT_EQ(brokers_in_statistics(json), (BrokerCounts{.known = 3, .up = 2}));
  for (const char* other : {"", "{", "[]", "{}", R"({"brokers":[]})", R"({"brokers":{"a":1}})"})
    EXPECT_EQ(brokers_in_statistics(other), BrokerCounts{}) << other;
}

TEST(KafkaCounts, CountsRoundTripsByTheirLength) {
  KafkaCounts counts;
  counts.round_trip(1ms);
  counts.round_trip(1ms + 1us);
  counts.round_trip(1min);
  const RoundTrips trips = counts.round_trips();
  EXPECT_EQ(trips.counts.front(), 1U);
  EXPECT_EQ(trips.counts.at(1), 1U);
  EXPECT_EQ(trips.counts.back(), 1U);
  EXPECT_EQ(trips.count, 3U);
  EXPECT_EQ(trips.sum, 1min + 2ms + 1us);
}

TEST(KafkaCounts, TellsALimitedNumberOfKindsOfErrorsApart) {
  KafkaCounts counts;
  for (int i = 0; i < 1'000; ++i)
    counts.error("part " + std::to_string(i), RD_KAFKA_RESP_ERR__TRANSPORT);
  counts.error("part 0", RD_KAFKA_RESP_ERR__TRANSPORT);
  const auto errors = counts.errors();
  EXPECT_LE(errors.size(), kafka_error_kinds_max + 1);
  EXPECT_EQ(errors.at("part 0 _TRANSPORT"), 2U);
  std::uint64_t sum = 0;
  for (const auto& [kind, count] : errors) sum += count;
  EXPECT_EQ(sum, 1'001U);
}

RecordKey key(std::uint8_t n) { return {n}; }
std::string_view text(const RecordKey& of) {
  return {reinterpret_cast<const char*>(of.data()), of.size()};
}

TEST(OwnRecords, KnowsEachAgainOnce) {
  OwnRecords own;
  own.sent(key(1), 10s);
  own.sent(key(2), 11s);
  EXPECT_EQ(own.take(text(key(2))), 11s);
  EXPECT_EQ(own.take(text(key(2))), std::nullopt) << "a copy proves nothing";
  EXPECT_EQ(own.take(text(key(3))), std::nullopt);
  EXPECT_EQ(own.take(""), std::nullopt);
  EXPECT_EQ(own.take(text(key(1))), 10s);
}

TEST(OwnRecords, ForgetsWhatDoesNotComeBack) {
  OwnRecords own;
  own.sent(key(1), 10s);
  own.sent(key(2), 10s + OwnRecords::life);
  own.sent(key(3), 10s + OwnRecords::life + 1ms);
  EXPECT_EQ(own.take(text(key(1))), std::nullopt);
  EXPECT_TRUE(own.take(text(key(2))));
}

// A leader that was elected a moment ago may not know its end yet.
TEST(EndLoss, IsCertainOnlyAfterAWhile) {
  EndLoss loss;
  EXPECT_FALSE(loss.seen({0, 5}, 6, 100s));
  EXPECT_FALSE(loss.seen({0, 5}, 6, 100s + end_loss_patience - 1ms));
  EXPECT_FALSE(loss.seen({0, 6}, 6, 100s + end_loss_patience)) << "there it is";
  EXPECT_FALSE(loss.seen({0, 5}, 6, 110s));
  EXPECT_TRUE(loss.seen({0, 5}, 6, 110s + end_loss_patience));
}

// What was found whole in between was not lost since.
TEST(EndLoss, BeginsAnewOnceItWasWhole) {
  EndLoss loss;
  EXPECT_FALSE(loss.seen({0, 5}, 6, 100s));
  loss.whole();
  EXPECT_FALSE(loss.seen({0, 5}, 6, 200s));
  EXPECT_TRUE(loss.seen({0, 5}, 6, 200s + end_loss_patience));
}

}  // namespace
}  // namespace optare
