#include "core/kafka/delivery.h"

namespace optare {

Append append_of(rd_kafka_resp_err_t error, rd_kafka_msg_status_t status) {
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return Append::persisted;
  switch (status) {
    case RD_KAFKA_MSG_STATUS_NOT_PERSISTED:
      return Append::not_persisted;
    case RD_KAFKA_MSG_STATUS_POSSIBLY_PERSISTED:
      return Append::possibly_persisted;
    case RD_KAFKA_MSG_STATUS_PERSISTED:
      return Append::persisted;
  }
  return Append::possibly_persisted;
}

std::optional<Written> written_of(const DeliveryReport& report, bool broker_time_only) {
  if (report.error != RD_KAFKA_RESP_ERR_NO_ERROR || report.offset < 0) return std::nullopt;
  if (broker_time_only && report.stamped != RD_KAFKA_TIMESTAMP_LOG_APPEND_TIME) return std::nullopt;
  return Written{.offset = static_cast<std::uint64_t>(report.offset), .broker = report.broker};
}

}  // namespace optare
