// A record of the mirror that a broker's word makes doubtful is compared with the topic's own.
#include <gtest/gtest.h>

#include "core/kafka/feed.h"
#include "tests/contract/event_log_contract.h"
#include "tests/support/faulty_filesystem.h"
#include "tests/support/mock_kafka_log.h"
#include "tests/support/power_loss.h"
#include "tests/support/raw_batch.h"

namespace optare {
namespace {

using namespace std::chrono_literals;

using enum Partition;

class DoubtedRecord : public testing::Test {
 protected:
  void follow() {
    Feed::Callbacks callbacks;
    callbacks.on_record = [](Partition, const FedRecord&) {};
    callbacks.on_records = [] {};
    callbacks.keep_time = [this](Feed& its, bool) {
      constexpr std::int64_t none = -1;
      if (const std::int64_t offset = to_doubt.exchange(none); offset != none) {
        its.doubt(control, static_cast<std::uint64_t>(offset));
        doubted = true;
      }
    };
    feed.emplace(connection, options, mirror, counts, std::move(callbacks));
    ASSERT_TRUE(soon([&] { return feed->compared(); }));
  }
  void doubt(std::int64_t offset) {
    to_doubt = offset;
    ASSERT_TRUE(soon([&] { return doubted.load(); }));
  }
  void produce(const std::string& batch) const { produce_raw(*kafka, "optare.control", batch); }
  bool reads_up_to(std::uint64_t end) const {
    return soon([&] { return mirror.end(control) == end; });
  }

  const std::unique_ptr<MockKafka> kafka = mock_with_topics();
  const KafkaConnection connection = kafka->connection();
  const FeedOptions options{
      .topics = {{control, "optare.control"}, {tokens_00, "optare.tokens"}},
      .fetch_wait = 5ms,
      .broker_time_only = false,
  };
  TemporaryDirectory directory;
  FaultyDisk disk;
  const RocksResources resources{{}, disk.env()};
  Mirror mirror{resources, directory / "log", OpenMode::write};
  KafkaCounts counts;
  std::atomic<std::int64_t> to_doubt = -1;
  std::atomic<bool> doubted = false;
  std::optional<Feed> feed;
};

// It can be compared no more: what is fetched again is the topic's own.
TEST_F(DoubtedRecord, ThatTheDiskLostStopsNobody) {
  follow();
  for (const char* value : {"a", "b", "c"}) produce(encode({.value = value}));
  ASSERT_TRUE(reads_up_to(3));
  disk.faults.append_fails = true;
  produce(encode({.value = "d"}));
  ASSERT_TRUE(soon([&] { return !mirror.fault().empty(); }));
  doubt(1);
  lose_what_was_not_synced(directory / "log");
  disk.faults.append_fails = false;
  EXPECT_TRUE(reads_up_to(4)) << mirror.end(control);
  EXPECT_TRUE(soon([&] { return feed->compared(); }));
}

// What lies between is not fetched for it, however much it is.
TEST_F(DoubtedRecord, ThatIsTheTopicsOwnLeadsBackToTheEnd) {
  const Timestamp time = timestamp_of(RawBatch().time_ms);
  ASSERT_TRUE(mirror.write(control, {{.offset = 0, .time = time, .bytes = "a"},
                                     {.offset = 1, .time = time, .bytes = "b"},
                                     {.offset = 2, .time = time, .bytes = "c"}}));
  produce(encode({.value = "a"}));
  produce(damaged(encode({.value = "b"})));
  produce(encode({.value = "c"}));
  follow();
  const std::uint64_t restarts = feed->feed_counts().restarts;
  doubt(0);
  produce(encode({.value = "d"}));
  EXPECT_TRUE(reads_up_to(4));
  EXPECT_TRUE(soon([&] { return feed->compared(); }));
  EXPECT_GE(feed->feed_counts().restarts, restarts + 2) << "for the record, and for the end";
  EXPECT_EQ(feed->feed_counts().unreadable, 0U);
  EXPECT_EQ(feed->other_history(), "");
}

}  // namespace
}  // namespace optare
