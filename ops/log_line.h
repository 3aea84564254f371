// One structured line per thing worth knowing, as JSON on stderr. Never a secret, a token or a
// body.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <mutex>
#include <string>
#include <string_view>
#include <variant>

namespace optare {

enum class LogLevel : std::uint8_t { error, warning, info, debug };
// REQUIRES: one of "error", "warning", "info", "debug" (the setting's own check).
LogLevel log_level_of(std::string_view name);

struct LogField {
  std::string_view name;
  std::variant<std::string_view, std::uint64_t> value;
};

constexpr std::size_t log_field_bytes_max = 512;  // of one text value; ours, then it is cut

// Thread: safe.
class LogLines {
 public:
  explicit LogLines(LogLevel least, int file = 2) : least_(least), file_(file) {}
  bool writes(LogLevel level) const { return level <= least_; }
  // {"time":"...","level":"info","event":"...", fields}. A line that cannot be written is lost:
  // logging never stops work.
  void write(LogLevel level, std::string_view event, std::initializer_list<LogField> fields);

 private:
  LogLevel least_;
  int file_;
};

}  // namespace optare
