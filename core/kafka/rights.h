// Rights that brokers say a client lacks, in words for an operator.
#pragma once

#include <librdkafka/rdkafka.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace optare {

bool lacks_right(rd_kafka_resp_err_t error);

// What librdkafka says of the error (`why`, where it says it at greater length); where a right is
// lacking, also that it is `right`, as kafka-acls.sh names it, on `what`: "topic optare.vault".
std::string words_of(rd_kafka_resp_err_t error, std::string_view right, std::string_view what,
                     std::string_view why = {});

// Whether a right that is missed while something is tried round by round is lacking. A broker may
// not have heard yet of one that was just given: two rounds have to miss it.
class MissedRights {
 public:
  // A round has ended in vain. `of_late`: one was missed; `times`: so often, ever.
  bool lacks(bool of_late, std::uint64_t times);

 private:
  std::uint64_t times_ = 0;
  int rounds_ = 0;
};

}  // namespace optare
