// One HTTP response. The server adds Date, Content-Length, Connection and X-Request-Id itself.
#pragma once

#include <boost/json/fwd.hpp>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/http/request.h"
#include "core/base/result.h"
#include "core/base/task.h"
#include "core/base/time.h"

namespace optare {

// Where a streaming response (server-sent events) writes. Used by its one coroutine, on the
// connection's thread.
class EventSink {
 public:
  virtual ~EventSink() = default;
  // Writes and waits until the kernel took it all. False: the peer is gone or too slow
  // (response_write_time_max), or the server stops; then return from the stream function.
  virtual Task<bool> send(std::string bytes) = 0;
  // True when the server drains or the connection is gone.
  virtual bool stopping() const = 0;
  // Sleeps; wakes early when `stopping` becomes true. Returns false then.
  virtual Task<bool> wait(Duration duration) = 0;
};

using Stream = std::function<Task<void>(EventSink&)>;

struct Response {
  int status = 200;
  std::vector<Header> headers;
  std::string body;
  Stream stream;                  // when set, the body is what it sends; `body` is ignored
  std::optional<Code> refusal{};  // what it refuses for; told to the observer, not spoken

  Response& with(std::string_view name, std::string_view value);
  // The first value of the field; empty when there is none.
  std::string_view header(std::string_view name) const;
};

Response empty_response(int status);
Response text_response(int status, std::string_view content_type, std::string body);
// Content-Type: application/json.
Response json_response(int status, const boost::json::value& value);
// text/event-stream with Cache-Control: no-store.
Response event_stream_response(Stream stream);

// "Not Found"; "" for a status we never use.
std::string_view reason_phrase(int status);

}  // namespace optare
