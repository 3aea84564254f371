// What a delivery report says of one record. Pure.
#pragma once

#include <librdkafka/rdkafka.h>

#include <optional>

#include "core/kafka/acknowledged.h"
#include "core/log/event_log.h"

namespace optare {

struct DeliveryReport {
  rd_kafka_resp_err_t error = RD_KAFKA_RESP_ERR_NO_ERROR;
  rd_kafka_msg_status_t status = RD_KAFKA_MSG_STATUS_NOT_PERSISTED;
  std::int64_t offset = RD_KAFKA_OFFSET_INVALID;
  rd_kafka_timestamp_type_t stamped = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE;
  std::int32_t broker = -1;  // who acknowledged it; -1: not told
};

Append append_of(rd_kafka_resp_err_t error, rd_kafka_msg_status_t status);
// Where the record stands. Of one that brokers have had for long they say that it is there, with
// neither time nor offset, and librdkafka numbers those of a request from -1 on.
std::optional<Written> written_of(const DeliveryReport& report, bool broker_time_only);

}  // namespace optare
