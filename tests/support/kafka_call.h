// Questions to brokers by librdkafka's admin protocol, for the helpers of tests.
#pragma once

#include <librdkafka/rdkafka.h>

#include <functional>
#include <memory>
#include <string>

namespace optare::kafka_call {

constexpr int call_ms_max = 60'000;

// What librdkafka hands out, and the function that takes it back.
template <class T, void (*destroy)(T*)>
struct Destroy {
  void operator()(T* object) const { destroy(object); }
};
template <class T, void (*destroy)(T*)>
using Handle = std::unique_ptr<T, Destroy<T, destroy>>;
using Queue = Handle<rd_kafka_queue_t, rd_kafka_queue_destroy>;
using Reply = Handle<rd_kafka_event_t, rd_kafka_event_destroy>;

// Throws, with Kafka's words, when it is an error.
void check(const std::string& what, rd_kafka_resp_err_t error, const char* words = nullptr);

// Asks the brokers something of the admin protocol and waits for the reply. Throws as above.
Reply ask(rd_kafka_t* client, const std::string& what,
          const std::function<void(const rd_kafka_AdminOptions_t*, rd_kafka_queue_t*)>& send);

}  // namespace optare::kafka_call
