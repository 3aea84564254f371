#include "ops/cli/sse.h"

namespace optare {

bool SseParser::feed(std::string_view part) {
  while (!part.empty()) {
    const auto end = part.find('\n');
    partial_ += part.substr(0, end);
    if (partial_.size() > sse_line_bytes_max) return false;
    if (end == std::string_view::npos) return true;
    part.remove_prefix(end + 1);
    if (partial_.ends_with('\r')) partial_.pop_back();
    const std::string whole = std::exchange(partial_, {});
    if (!line(whole)) return false;
  }
  return true;
}

bool SseParser::line(std::string_view text) {
  if (text.empty()) {
    const auto event = std::exchange(event_, {});
    if (!std::exchange(has_data_, false)) return true;
    if (!event.id.empty()) last_id_ = event.id;
    return take_(event);
  }
  const auto colon = text.find(':');
  const auto name = text.substr(0, colon);
  auto value = colon == std::string_view::npos ? std::string_view() : text.substr(colon + 1);
  if (value.starts_with(' ')) value.remove_prefix(1);
  if (name == "id") event_.id = value;
  if (name == "event") event_.type = value;
  if (name == "data") {
    if (event_.data.size() + value.size() > sse_line_bytes_max) return false;
    if (has_data_) event_.data += '\n';
    event_.data += value;
    has_data_ = true;
  }
  return true;  // Comments (heartbeats) and other fields say nothing to us.
}

}  // namespace optare
