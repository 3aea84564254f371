// Bytes in, requests out. Pure: no sockets, no clock.
#pragma once

#include <cstddef>
#include <string_view>

#include "api/http/refusal.h"
#include "api/http/request.h"
#include "api/server/chunked.h"
#include "api/server/request_head.h"
#include "api/server/server.h"

namespace optare {

// Reads one request at a time, again and again over one connection; memory is reused.
class RequestReader {
 public:
  enum class Step {
    need_more,         // nothing wrong so far
    expects_continue,  // once: say 100 Continue, then go on
    complete,
    refused,  // say `refusal()` and close: where the next request begins is not known
  };

  explicit RequestReader(const ServerLimits& limits);

  // `bytes`: all that came and was not consumed yet. Limits: a header is kept by the caller until
  // complete, so he never holds more than header_bytes_max + one read.
  Step read(std::string_view bytes, std::size_t& consumed);

  // Valid after `complete`, until `next`.
  Request& request() { return request_; }
  const RequestHead& head() const { return head_; }
  const Refusal& refusal() const { return refusal_; }
  // A byte of the next request was seen.
  bool started() const { return started_; }
  // Forgets the request just read.
  void next();

 private:
  enum class At { head, body };

  Step read_head(std::string_view bytes, std::size_t& consumed);
  Step read_body(std::string_view bytes, std::size_t& consumed);
  Step refuse(const Refusal& refusal);

  const ServerLimits& limits_;
  Request request_;
  RequestHead head_;
  Refusal refusal_;
  ChunkedDecoder chunked_;
  At at_ = At::head;
  bool started_ = false;
  std::size_t scanned_ = 0;  // bytes of the head already searched for its end
};

}  // namespace optare
