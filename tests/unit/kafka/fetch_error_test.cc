// What is done about an error in place of a record.
#include "core/kafka/fetch_error.h"

#include <gtest/gtest.h>

namespace optare {
namespace {

struct Meaning {
  rd_kafka_resp_err_t error;
  FetchError means;
};
class FetchErrors : public testing::TestWithParam<Meaning> {};
TEST_P(FetchErrors, HaveAMeaning) {
  EXPECT_EQ(fetch_error(GetParam().error), GetParam().means) << rd_kafka_err2name(GetParam().error);
}
INSTANTIATE_TEST_SUITE_P(
    Each, FetchErrors,
    testing::Values(Meaning{RD_KAFKA_RESP_ERR__PARTITION_EOF, FetchError::end},
                    Meaning{RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET, FetchError::out_of_range},
                    Meaning{RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE, FetchError::out_of_range},
                    Meaning{RD_KAFKA_RESP_ERR__BAD_MSG, FetchError::unreadable},
                    Meaning{RD_KAFKA_RESP_ERR_INVALID_MSG, FetchError::unreadable},
                    Meaning{RD_KAFKA_RESP_ERR__BAD_COMPRESSION, FetchError::unreadable},
                    Meaning{RD_KAFKA_RESP_ERR__CRIT_SYS_RESOURCE, FetchError::unreadable},
                    Meaning{RD_KAFKA_RESP_ERR__NOT_IMPLEMENTED, FetchError::unreadable},
                    Meaning{RD_KAFKA_RESP_ERR__UNSUPPORTED_FEATURE, FetchError::unreadable},
                    Meaning{RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, FetchError::unreadable},
                    Meaning{RD_KAFKA_RESP_ERR_INVALID_MSG_SIZE, FetchError::unreadable},
                    Meaning{RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION, FetchError::nothing_came},
                    Meaning{RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, FetchError::nothing_came},
                    Meaning{RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, FetchError::nothing_came},
                    Meaning{RD_KAFKA_RESP_ERR_UNKNOWN, FetchError::nothing_came}));

// Also those that nobody thought of: none lets a reader go on behind it.
TEST(FetchErrors, NeverEndALogButAtItsEnd) {
  const rd_kafka_err_desc* errors = nullptr;
  std::size_t count = 0;
  rd_kafka_get_err_descs(&errors, &count);
  ASSERT_GT(count, 100U);
  for (std::size_t i = 0; i < count; ++i) {
    if (errors[i].code == RD_KAFKA_RESP_ERR__PARTITION_EOF) continue;
    EXPECT_NE(fetch_error(errors[i].code), FetchError::end) << errors[i].name;
  }
}

TEST(FetchErrors, TellAnOperatorWhatToDo) {
  EXPECT_EQ(record_is_unreadable("optare.control", 17, "failed CRC32C check"),
            "optare.control: record 17 cannot be read as the broker sends it (failed CRC32C check)."
            " It is asked for again and again, and nothing behind it is taken. If it stays, make "
            "another broker the leader of the topic, or restore the topic");
}

}  // namespace
}  // namespace optare
