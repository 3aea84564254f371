// What it means when a fetch gives an error in place of a record. Pure.
#pragma once

#include <librdkafka/rdkafka.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace optare {

// After all but `end`, librdkafka may go on behind a record that it could not read. Who took what
// comes next would miss a record that other nodes have, so he asks anew from where he is.
enum class FetchError : std::uint8_t {
  end,           // there is nothing more for now
  out_of_range,  // the topic does not have what was asked for
  nothing_came,  // ask again
  unreadable,    // a record is there, but damaged, or too large or too new for this client
};
FetchError fetch_error(rd_kafka_resp_err_t error);

// For an operator. `why`: librdkafka's own words.
std::string record_is_unreadable(std::string_view topic, std::uint64_t offset,
                                 std::string_view why);

}  // namespace optare
