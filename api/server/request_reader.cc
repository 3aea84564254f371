#include "api/server/request_reader.h"

#include <algorithm>

#include "api/server/kept_memory.h"
#include "api/server/refusals.h"

namespace optare {
namespace {

// A connection that once had a large body does not keep its memory.
constexpr std::size_t body_capacity_kept_bytes_max = 4096;  // ours

bool begins_a_method(char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }

}  // namespace

RequestReader::RequestReader(const ServerLimits& limits)
    : limits_(limits), chunked_(limits.body_bytes_max, limits.header_bytes_max) {}

RequestReader::Step RequestReader::refuse(const Refusal& refusal) {
  refusal_ = refusal;
  return Step::refused;
}

RequestReader::Step RequestReader::read(std::string_view bytes, std::size_t& consumed) {
  consumed = 0;
  if (at_ == At::head) {
    const Step step = read_head(bytes, consumed);
    if (step != Step::complete) return step;
    bytes.remove_prefix(consumed);
  }
  std::size_t body_consumed = 0;
  const Step step = read_body(bytes, body_consumed);
  consumed += body_consumed;
  return step;
}

// Step::complete: the head is.
RequestReader::Step RequestReader::read_head(std::string_view bytes, std::size_t& consumed) {
  if (!started_) {
    // Empty lines before a request are forgiven, RFC 9112 section 2.2.
    while (consumed < bytes.size() && (bytes[consumed] == '\r' || bytes[consumed] == '\n')) {
      ++consumed;
    }
    bytes.remove_prefix(consumed);
    if (bytes.empty()) return Step::need_more;
    started_ = true;
    if (!begins_a_method(bytes.front())) return refuse(refusals::bad_request);
  }
  const auto end = bytes.find("\r\n\r\n", scanned_);
  const std::size_t size = end == bytes.npos ? bytes.size() : end + 4;
  const auto line_end = bytes.find('\n');
  if (std::min(line_end, size) > limits_.request_line_bytes_max) {
    return refuse(refusals::line_too_long);
  }
  // A line that ends without CR would never end the head: say so now.
  if (line_end != bytes.npos && (line_end == 0 || bytes[line_end - 1] != '\r')) {
    return refuse(refusals::bad_request);
  }
  if (size > limits_.header_bytes_max) return refuse(refusals::headers_too_large);
  if (end == bytes.npos) {
    scanned_ = bytes.size() > 3 ? bytes.size() - 3 : 0;
    return Step::need_more;
  }
  const auto head = parse_request_head(bytes.substr(0, size), limits_, request_);
  if (!head) return refuse(head.error());
  head_ = *head;
  consumed += size;
  at_ = At::body;
  if (head_.expects_continue && bytes.size() == size &&
      (head_.chunked || head_.content_length > 0)) {
    head_.expects_continue = false;
    return Step::expects_continue;
  }
  return Step::complete;
}

RequestReader::Step RequestReader::read_body(std::string_view bytes, std::size_t& consumed) {
  if (!head_.chunked) {
    const std::size_t missing = head_.content_length - request_.body.size();
    consumed = std::min(missing, bytes.size());
    request_.body.append(bytes.substr(0, consumed));
    return consumed == missing ? Step::complete : Step::need_more;
  }
  switch (chunked_.read(bytes, request_.body, consumed)) {
    case ChunkedDecoder::Step::need_more:
      return Step::need_more;
    case ChunkedDecoder::Step::done:
      return Step::complete;
    case ChunkedDecoder::Step::malformed:
      return refuse(refusals::bad_request);
    case ChunkedDecoder::Step::body_too_large:
      return refuse(refusals::body_too_large);
    case ChunkedDecoder::Step::overhead_too_large:
      return refuse(refusals::headers_too_large);
  }
  return refuse(refusals::bad_request);
}

void RequestReader::next() {
  at_ = At::head;
  started_ = false;
  scanned_ = 0;
  if (head_.chunked) chunked_ = ChunkedDecoder(limits_.body_bytes_max, limits_.header_bytes_max);
  head_ = RequestHead{};
  empty(request_.body, body_capacity_kept_bytes_max);
  request_.path.clear();
  request_.query.clear();
  request_.request_id.clear();
  request_.route = {};
  request_.parameters.clear();
}

}  // namespace optare
