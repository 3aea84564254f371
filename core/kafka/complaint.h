// Why brokers are not reached, in words for an operator.
#pragma once

#include <librdkafka/rdkafka.h>

#include <mutex>
#include <string>
#include <string_view>

namespace optare {

// What librdkafka says of an error on the way to a broker, with the settings to look at when it is
// one of who is there, of certificates or of the protocol.
std::string complaint_of(rd_kafka_resp_err_t error, std::string_view reason);

// The error that says most of those that a handle met. A call that had no answer only knows that it
// had none; this knows why.
//
// Thread: safe.
class Complaint {
 public:
  void note(rd_kafka_resp_err_t error, std::string_view reason);
  void forget();
  std::string text() const;  // empty: there was none
  // A broker answered, and does not take this client, or is none that this client takes.
  bool refused() const;

 private:
  mutable std::mutex mutex_;
  std::string text_;
  int weight_ = 0;
};

}  // namespace optare
