// Server-sent events as they arrive in parts (the WHATWG's event-stream format, as far as Optare
// speaks it).
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace optare {

constexpr std::size_t sse_line_bytes_max = 1 << 20;  // ours

struct ServerSentEvent {
  std::string id;
  std::string type;
  std::string data;
};

class SseParser {
 public:
  using Take = std::function<bool(const ServerSentEvent&)>;
  explicit SseParser(Take take) : take_(std::move(take)) {}

  // False when `take` has had enough, or a line is longer than sse_line_bytes_max.
  bool feed(std::string_view part);
  // Of the newest event that had one: what Last-Event-ID says.
  const std::string& last_id() const { return last_id_; }

 private:
  bool line(std::string_view text);

  Take take_;
  std::string partial_;
  ServerSentEvent event_;
  bool has_data_ = false;
  std::string last_id_;
};

}  // namespace optare
