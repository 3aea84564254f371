// All that the server itself says no to: framing, limits, overload.
#pragma once

#include "api/http/refusal.h"

namespace optare::refusals {

constexpr Refusal bad_request{400, "malformed", "The request cannot be read",
                              "this is not a well-formed HTTP/1.1 request"};
constexpr Refusal bad_target{400, "malformed", "The request cannot be read",
                             "the request target must be a path that begins with '/'"};
constexpr Refusal bad_host{400, "malformed", "The request cannot be read",
                           "send exactly one valid Host field (RFC 9112 section 3.2)"};
constexpr Refusal bad_framing{
    400, "malformed", "The request cannot be read",
    "the length of the body is ambiguous: send one Content-Length, or chunked, not both"};
constexpr Refusal bad_coding{501, "not-implemented", "The transfer coding is not supported",
                             "the only transfer coding is chunked"};
constexpr Refusal bad_expectation{417, "expectation-failed", "The expectation cannot be met",
                                  "the only expectation is 100-continue"};
constexpr Refusal bad_version{505, "http-version", "The HTTP version is not supported",
                              "speak HTTP/1.1 or HTTP/1.0"};
constexpr Refusal too_slow{408, "request-timeout", "The request took too long to arrive",
                           "send the whole request at once"};
constexpr Refusal body_too_large{413, "too-large", "The request is over a limit",
                                 "the body is longer than 64 KiB, the most that the server takes"};
constexpr Refusal line_too_long{414, "uri-too-long", "The request line is too long",
                                "the request line is longer than the server takes"};
constexpr Refusal headers_too_large{431, "header-fields-too-large", "The header is too large",
                                    "too many header fields, or too many bytes of them"};
constexpr Refusal overloaded{503, "overloaded", "The service has more to do than it can",
                             "try again after the time in Retry-After"};
constexpr Refusal failed{503, "unavailable", "The service cannot do this now",
                         "something failed inside the service; try again"};

}  // namespace optare::refusals
