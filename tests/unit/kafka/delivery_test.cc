#include "core/kafka/delivery.h"

#include <gtest/gtest.h>

namespace optare {
namespace {

TEST(AppendOf, SaysWhatADeliveryReportSays) {
  const auto failed = RD_KAFKA_RESP_ERR__MSG_TIMED_OUT;
  EXPECT_EQ(append_of(RD_KAFKA_RESP_ERR_NO_ERROR, RD_KAFKA_MSG_STATUS_PERSISTED),
            Append::persisted);
  EXPECT_EQ(append_of(failed, RD_KAFKA_MSG_STATUS_NOT_PERSISTED), Append::not_persisted);
  EXPECT_EQ(append_of(failed, RD_KAFKA_MSG_STATUS_POSSIBLY_PERSISTED), Append::possibly_persisted);
}

TEST(WrittenOf, IsWhatBrokersStampedAndNumbered) {
  DeliveryReport report{.error = RD_KAFKA_RESP_ERR_NO_ERROR,
                        .status = RD_KAFKA_MSG_STATUS_PERSISTED,
                        .offset = 7,
                        .stamped = RD_KAFKA_TIMESTAMP_LOG_APPEND_TIME,
                        .broker = 2};
  ASSERT_TRUE(written_of(report, true));
  EXPECT_EQ(written_of(report, true)->offset, 7U);
  EXPECT_EQ(written_of(report, true)->broker, 2);
  report.stamped = RD_KAFKA_TIMESTAMP_CREATE_TIME;
  EXPECT_FALSE(written_of(report, true));
  EXPECT_TRUE(written_of(report, false));
  report.offset = -1;
  EXPECT_FALSE(written_of(report, false)) << "it is there for long";
  report.offset = 7;
  report.error = RD_KAFKA_RESP_ERR__MSG_TIMED_OUT;
  EXPECT_FALSE(written_of(report, false));
}

}  // namespace
}  // namespace optare
