#include "ops/log_line.h"

#include <unistd.h>

#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>
#include <chrono>

#include "core/base/overload.h"
#include "core/base/time.h"

namespace optare {
namespace {

std::string_view name_of(LogLevel level) {
  switch (level) {
    case LogLevel::error:
      return "error";
    case LogLevel::warning:
      return "warning";
    case LogLevel::info:
      return "info";
    case LogLevel::debug:
      return "debug";
  }
  return "unknown";
}

void append_text(std::string& line, std::string_view text) {
  line += boost::json::serialize(boost::json::string(text.substr(0, log_field_bytes_max)));
}

}  // namespace

LogLevel log_level_of(std::string_view name) {
  if (name == "error") return LogLevel::error;
  if (name == "warning") return LogLevel::warning;
  return name == "debug" ? LogLevel::debug : LogLevel::info;
}

void LogLines::write(LogLevel level, std::string_view event,
                     std::initializer_list<LogField> fields) {
  if (!writes(level)) return;
  std::string line = R"({"time":")";
  line += rfc3339(std::chrono::floor<Duration>(std::chrono::system_clock::now()));
  line += R"(","level":")";
  line += name_of(level);
  line += R"(","event":)";
  append_text(line, event);
  for (const LogField& field : fields) {
    line += ',';
    append_text(line, field.name);
    line += ':';
    std::visit(Overload{[&](std::string_view text) { append_text(line, text); },
                        [&](std::uint64_t number) { line += std::to_string(number); }},
               field.value);
  }
  line += "}\n";
  // One call for one line: lines of several threads do not mix.
  [[maybe_unused]] const auto written = ::write(file_, line.data(), line.size());
}

}  // namespace optare
