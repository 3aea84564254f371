#include "core/kafka/rights.h"

#include <fmt/format.h>

#include <utility>

namespace optare {

bool lacks_right(rd_kafka_resp_err_t error) {
  return error == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED ||
         error == RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED;
}

std::string words_of(rd_kafka_resp_err_t error, std::string_view right, std::string_view what,
                     std::string_view why) {
  if (!lacks_right(error)) return why.empty() ? rd_kafka_err2str(error) : std::string(why);
  return fmt::format(
      "{}. Who this node is to them (kafka_sasl_username, or the name in kafka_ssl_cert) lacks the "
      "right {} on {}: see \"Rights\" in ops/README.md",
      rd_kafka_err2str(error), right, what);
}

bool MissedRights::lacks(bool of_late, std::uint64_t times) {
  if (!of_late) rounds_ = 0;
  if (std::exchange(times_, times) < times) ++rounds_;
  return rounds_ >= 2;
}

}  // namespace optare
