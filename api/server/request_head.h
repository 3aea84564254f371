// Request line and header fields. Pure.
#pragma once

#include <cstddef>
#include <expected>
#include <optional>
#include <string_view>

#include "api/http/refusal.h"
#include "api/http/request.h"
#include "api/server/server.h"

namespace optare {

// What the fields say about the message itself.
struct RequestHead {
  bool http_1_0 = false;
  bool keep_alive = true;
  bool expects_continue = false;
  bool chunked = false;
  std::size_t content_length = 0;
};

// `block` is everything up to and including the empty line. Fills method, path, query and headers
// of `request`, reusing the memory they have.
// Source: RFC 9112 sections 2, 3, 5, 6; where it leaves a choice, ambiguity is refused: line
// folding, more than one length, a Transfer-Encoding other than exactly "chunked".
std::expected<RequestHead, Refusal> parse_request_head(std::string_view block,
                                                       const ServerLimits& limits,
                                                       Request& request);

}  // namespace optare
