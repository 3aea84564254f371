// Responses as bytes. Pure.
#pragma once

#include <cstdint>
#include <ctime>
#include <string>
#include <string_view>

#include "api/http/response.h"

namespace optare {

// The value of the Date field, made once a second.
class DateField {
 public:
  std::string_view at(std::time_t now);

 private:
  std::time_t second_ = -1;
  std::string text_;
};

// Ids for requests that bring none: 16 hexadecimal digits, a different one each time.
class RequestIds {
 public:
  explicit RequestIds(std::uint64_t seed) : state_(seed) {}
  void next(std::string& id);

 private:
  std::uint64_t state_;
};

struct ResponseContext {
  std::string_view date;
  std::string_view request_id;
  bool http_1_0 = false;   // of the request
  bool keep_alive = true;  // what the connection does after this response
  bool head_only = false;  // HEAD, or a body the method forbids
  bool chunked = false;    // a stream on HTTP/1.1
};

// Appends status line, fields and body. Control characters in values become spaces: no handler
// can be talked into a second response.
void append_response(std::string& out, const Response& response, const ResponseContext& context);

// One chunk of a chunked body. REQUIRES: not empty, or it would end the body.
void append_chunk(std::string& out, std::string_view bytes);

}  // namespace optare
