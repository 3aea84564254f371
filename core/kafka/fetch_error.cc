#include "core/kafka/fetch_error.h"

#include <fmt/format.h>

namespace optare {

FetchError fetch_error(rd_kafka_resp_err_t error) {
  switch (error) {
    case RD_KAFKA_RESP_ERR__PARTITION_EOF:
      return FetchError::end;
    case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET:
    case RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE:
      return FetchError::out_of_range;
    case RD_KAFKA_RESP_ERR__BAD_MSG:            // a checksum, on the way or on this side
    case RD_KAFKA_RESP_ERR_INVALID_MSG:         // the same, on the broker's disk
    case RD_KAFKA_RESP_ERR__BAD_COMPRESSION:    // also: larger than it may become
    case RD_KAFKA_RESP_ERR__CRIT_SYS_RESOURCE:  // no memory for what it becomes
    case RD_KAFKA_RESP_ERR__NOT_IMPLEMENTED:    // a format, or a compression, of the future
    case RD_KAFKA_RESP_ERR__UNSUPPORTED_FEATURE:
    case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
    case RD_KAFKA_RESP_ERR_INVALID_MSG_SIZE:
      return FetchError::unreadable;
    default:  // not ours: there are about 150, and more to come
      return FetchError::nothing_came;
  }
}

std::string record_is_unreadable(std::string_view topic, std::uint64_t offset,
                                 std::string_view why) {
  return fmt::format(
      "{}: record {} cannot be read as the broker sends it ({}). It is asked for again and again, "
      "and nothing behind it is taken. If it stays, make another broker the leader of the topic, "
      "or restore the topic",
      topic, offset, why);
}

}  // namespace optare
