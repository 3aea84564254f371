#include "core/kafka/complaint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace optare {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

TEST(Complaint, NamesTheSettingsToLookAt) {
  EXPECT_THAT(complaint_of(RD_KAFKA_RESP_ERR__AUTHENTICATION, "no such user"),
              StartsWith("no such user. Look at kafka_sasl_mechanism, kafka_sasl_username"));
  EXPECT_THAT(complaint_of(RD_KAFKA_RESP_ERR__SSL, "certificate verify failed"),
              HasSubstr("Look at kafka_ssl_ca"));
  EXPECT_THAT(complaint_of(RD_KAFKA_RESP_ERR__TRANSPORT,
                           "Receive failed: error:0A000412:SSL routines::alert bad certificate"),
              HasSubstr("kafka_ssl_cert"));
  EXPECT_THAT(complaint_of(RD_KAFKA_RESP_ERR__TRANSPORT,
                           "Disconnected: might be caused by incorrect security.protocol"),
              HasSubstr("Look at kafka_security_protocol"));
  EXPECT_EQ(complaint_of(RD_KAFKA_RESP_ERR__TRANSPORT, "Connection refused"), "Connection refused");
}

TEST(Complaint, KeepsWhatSaysMost) {
  Complaint complaint;
  EXPECT_EQ(complaint.text(), "");
  complaint.note(RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN, "all are down");
  complaint.note(RD_KAFKA_RESP_ERR__TRANSPORT, "Connection refused");
  EXPECT_FALSE(complaint.refused());
  complaint.note(RD_KAFKA_RESP_ERR__AUTHENTICATION, "no such user");
  complaint.note(RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN, "all are down");
  EXPECT_THAT(complaint.text(), StartsWith("no such user"));
  EXPECT_TRUE(complaint.refused());
  complaint.forget();
  EXPECT_EQ(complaint.text(), "");
  EXPECT_FALSE(complaint.refused());
}

}  // namespace
}  // namespace optare
