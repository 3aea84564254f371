// Rights that brokers say a client lacks, in words for an operator.
#pragma once

#include <librdkafka/rdkafka.h>

#include <string>
#include <string_view>

namespace optare {

bool lacks_right(rd_kafka_resp_err_t error);

// What librdkafka says of the error (`why`, where it says it at greater length); where a right is
// lacking, also that it is `right`, as kafka-acls.sh names it, on `what`: "topic optare.vault".
std::string words_of(rd_kafka_resp_err_t error, std::string_view right, std::string_view what,
                     std::string_view why = {});

}  // namespace optare
