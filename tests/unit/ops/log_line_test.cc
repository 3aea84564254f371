#include "ops/log_line.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <boost/json.hpp>

#include "tests/support/sources.h"

namespace optare {
namespace {

namespace json = boost::json;

// The lines that `write` leaves.
std::vector<std::string> lines_of(LogLevel least, const std::function<void(LogLines&)>& write) {
  std::array<int, 2> ends{};
  if (::pipe(ends.data()) != 0) return {"no pipe"};
  LogLines lines(least, ends[1]);
  write(lines);
  ::close(ends[1]);
  std::string text(16'384, '\0');
  const auto read = ::read(ends[0], text.data(), text.size());
  ::close(ends[0]);
  text.resize(read > 0 ? static_cast<std::size_t>(read) : 0);
  return house::split_lines(text);
}

TEST(LogLines, AreOneJsonObjectEach) {
  const auto lines = lines_of(LogLevel::info, [](LogLines& log) {
    log.write(LogLevel::warning, "something", {{"name", "a"}, {"count", std::uint64_t{7}}});
    log.write(LogLevel::info, "other", {});
  });
  ASSERT_EQ(lines.size(), 2U);
  const auto line = json::parse(lines.front()).as_object();
  EXPECT_EQ(line.at("level"), "warning");
  EXPECT_EQ(line.at("event"), "something");
  EXPECT_EQ(line.at("name"), "a");
  EXPECT_EQ(line.at("count"), 7);
  EXPECT_TRUE(line.contains("time"));
}

TEST(LogLines, CannotBeForgedByWhatIsLogged) {
  const std::string hostile = "x\n{\"level\":\"error\",\"event\":\"forged\"}\r\n\x1b[31m\"";
  const auto lines = lines_of(LogLevel::info, [&](LogLines& log) {
    log.write(LogLevel::info, "request", {{"request_id", hostile}});
  });
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(json::parse(lines.front()).at("request_id").as_string(), hostile);
  EXPECT_EQ(lines.front().find('\x1b'), std::string::npos);
}

TEST(LogLines, AreCut) {
  const auto lines = lines_of(LogLevel::info, [](LogLines& log) {
    log.write(LogLevel::info, "long", {{"detail", std::string(10'000, 'x')}});
  });
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(json::parse(lines.front()).at("detail").as_string().size(), log_field_bytes_max);
}

TEST(LogLines, AreLeftOutBelowTheLevel) {
  const auto lines = lines_of(LogLevel::warning, [](LogLines& log) {
    log.write(LogLevel::error, "a", {});
    log.write(LogLevel::warning, "b", {});
    log.write(LogLevel::info, "c", {});
    log.write(LogLevel::debug, "d", {});
  });
  EXPECT_EQ(lines.size(), 2U);
}

}  // namespace
}  // namespace optare
