// A broker that is older than the product takes: it is refused, and left as it was.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/kafka/topics.h"
#include "tests/support/fleet.h"
#include "tests/support/raw_kafka.h"

namespace optare {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class OldBroker : public testing::Test {
 protected:
  void expect_refused(const Ended& ended) {
    EXPECT_EQ(ended.code, 1);
    EXPECT_THAT(ended.err, AllOf(HasSubstr("Kafka is not set as it has to be"),
                                 HasSubstr("broker 1: version is 3.6-IV2, wanted: 3.7 or newer")));
  }
  void expect_all_refused() {
    expect_refused(fleet.init());
    ServerProcess node;
    expect_refused(node.start_in_vain(fleet.flags()));
  }

  const Fleet fleet{old_broker()};
  const TopicNames names{fleet.prefix};
  RawKafka kafka{fleet.brokers};
};

TEST_F(OldBroker, IsRefusedBeforeAnythingIsMade) {
  expect_all_refused();
  for (const std::string& topic : names.all())
    EXPECT_EQ(kafka.leader(topic), 0) << topic << " was made";
  EXPECT_FALSE(std::filesystem::exists(fleet.key_file()));
  EXPECT_FALSE(std::filesystem::exists(fleet.credentials()));
}

TEST_F(OldBroker, IsRefusedWithTopicsThatAreRight) {
  for (const NewTopic& topic : topics_to_make(names, 1)) {
    const RawKafka::Settings settings(topic.settings.begin(), topic.settings.end());
    kafka.create_topic(topic.name, topic.partitions, settings);
  }
  expect_all_refused();
}

}  // namespace
}  // namespace optare
