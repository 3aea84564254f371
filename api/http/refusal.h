// What the server itself says no to, before or instead of a handler.
#pragma once

#include <functional>
#include <string_view>

#include "api/http/request.h"
#include "api/http/response.h"

namespace optare {

struct Refusal {
  int status = 400;
  std::string_view slug;
  std::string_view title;
  std::string_view detail;
};

// The request as far as it was read; its path is empty when that was not far enough.
using RefusalRenderer = std::function<Response(const Refusal&, const Request&)>;

// RFC 9457. Usable as a RefusalRenderer.
Response refusal_response(const Refusal& refusal, const Request& request);

}  // namespace optare
