// A blocking HTTP/1.1 client for the command line: http and https, everything bounded.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/result.h"
#include "core/base/time.h"

namespace optare {

// An absolute http or https URL without user and fragment.
struct Url {
  bool tls = false;
  std::string host;  // without brackets
  std::uint16_t port = 0;
  std::string target;  // path and query, at least "/"
  std::string host_header() const;
};
// Errors: invalid.
[[nodiscard]] Result<Url> parse_url(std::string_view text);

using HttpHeaders = std::vector<std::pair<std::string, std::string>>;

struct HttpRequest {
  std::string method = "GET";
  std::string url;
  HttpHeaders headers = {};
  std::string body = {};
};

struct HttpResponse {
  int status = 0;
  HttpHeaders headers;
  std::string body;
  bool ok() const { return status >= 200 && status < 300; }
  // The first field of that name, whatever the case; empty when there is none.
  std::string_view header(std::string_view name) const;
};

struct HttpClientOptions {
  std::string ca_file;  // PEM; empty: the system's trust
  Duration connect_time_max{10'000};
  Duration answer_time_max{30'000};  // for the request, and then for each part of the answer
  std::size_t header_bytes_max = 64 * 1024;  // ours
  std::size_t body_bytes_max = 16 << 20;     // ours; not for streams
};

class HttpClient {
 public:
  explicit HttpClient(HttpClientOptions options) : options_(std::move(options)) {}

  // One request on one connection. Errors: invalid (the URL), unavailable (what it waited for, and
  // why that did not come), too_large.
  [[nodiscard]] Result<HttpResponse> send(const HttpRequest& request) const;

  // Told each part of the body as it arrives; false ends the stream.
  using Sink = std::function<bool(std::string_view part)>;
  // As send, but a 2xx answer's body goes to `sink`, without end, and is empty in the result.
  // `silence_max`: the stream counts as lost when nothing came for so long.
  [[nodiscard]] Result<HttpResponse> stream(const HttpRequest& request, const Sink& sink,
                                            Duration silence_max) const;

 private:
  HttpClientOptions options_;
};

// `text` for one segment of a path, or a form: all but unreserved characters percent-encoded.
std::string percent_encoded(std::string_view text);
// application/x-www-form-urlencoded; members without a value are left out.
std::string form_body(const std::vector<std::pair<std::string, std::string>>& members);

}  // namespace optare
