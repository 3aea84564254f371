#include "core/kafka/rights.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/kafka/counts.h"

namespace optare {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(KafkaRights, AreNamedWhereOneIsLacking) {
  for (const auto error : {RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED,
                           RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED}) {
    EXPECT_THAT(words_of(error, "Read", "topic optare.vault", "no"),
                AllOf(HasSubstr(rd_kafka_err2str(error)), HasSubstr("kafka_sasl_username"),
                      HasSubstr("lacks the right Read on topic optare.vault: ")));
  }
  EXPECT_EQ(words_of(RD_KAFKA_RESP_ERR__TIMED_OUT, "Read", "topic optare.vault"),
            rd_kafka_err2str(RD_KAFKA_RESP_ERR__TIMED_OUT));
  EXPECT_EQ(words_of(RD_KAFKA_RESP_ERR__TIMED_OUT, "Read", "topic optare.vault", "too slow"),
            "too slow");
}

TEST(KafkaRights, ThatWereMissedAreToldWithoutBeingCounted) {
  KafkaCounts counts;
  counts.met(RD_KAFKA_RESP_ERR_NO_ERROR, "Write", "optare.control");
  counts.met(RD_KAFKA_RESP_ERR__TRANSPORT, "Write", "optare.control");
  EXPECT_THAT(counts.lacking_right(), IsEmpty());
  counts.met(RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, "Write", "optare.control");
  EXPECT_THAT(counts.lacking_right(), HasSubstr("the right Write on topic optare.control"));
  EXPECT_THAT(counts.errors(), IsEmpty());
  EXPECT_EQ(counts.rights_missed(), 1U);
}

// A broker that has not heard of a right yet says so once, or for a moment.
TEST(MissedRights, LackWhereTwoRoundsMissThem) {
  MissedRights once;
  EXPECT_FALSE(once.lacks(false, 0));
  EXPECT_FALSE(once.lacks(true, 3)) << "all in one round";
  EXPECT_FALSE(once.lacks(true, 3)) << "nothing new";
  EXPECT_TRUE(once.lacks(true, 4));
  MissedRights seldom;
  EXPECT_FALSE(seldom.lacks(true, 1));
  EXPECT_FALSE(seldom.lacks(false, 1));
  EXPECT_FALSE(seldom.lacks(true, 2)) << "it was there in between";
  EXPECT_TRUE(seldom.lacks(true, 3));
}

}  // namespace
}  // namespace optare
