#include "tests/support/kafka_call.h"

#include <fmt/format.h>

#include <array>
#include <stdexcept>

namespace optare::kafka_call {

using Options = Handle<rd_kafka_AdminOptions_t, rd_kafka_AdminOptions_destroy>;

void check(const std::string& what, rd_kafka_resp_err_t error, const char* words) {
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return;
  throw std::runtime_error(fmt::format("{}: {} {}", what, rd_kafka_err2name(error),
                                       words == nullptr ? rd_kafka_err2str(error) : words));
}

Reply ask(rd_kafka_t* client, const std::string& what,
          const std::function<void(const rd_kafka_AdminOptions_t*, rd_kafka_queue_t*)>& send) {
  const Queue queue(rd_kafka_queue_new(client));
  const Options options(rd_kafka_AdminOptions_new(client, RD_KAFKA_ADMIN_OP_ANY));
  std::array<char, 256> fault{};
  check(what,
        rd_kafka_AdminOptions_set_request_timeout(options.get(), call_ms_max, fault.data(),
                                                  fault.size()),
        fault.data());
  send(options.get(), queue.get());
  Reply reply(rd_kafka_queue_poll(queue.get(), call_ms_max + 1000));
  if (!reply) throw std::runtime_error(what + ": no reply");
  check(what, rd_kafka_event_error(reply.get()), rd_kafka_event_error_string(reply.get()));
  return reply;
}

}  // namespace optare::kafka_call
