#include "core/application/name.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace optare {
namespace {

std::string repeat(std::string_view text, std::size_t times) {
  std::string out;
  for (std::size_t i = 0; i < times; ++i) out += text;
  return out;
}

TEST(Name, HasOneToAHundredCharactersNotBytes) {
  EXPECT_TRUE(validate_name("C"));
  EXPECT_TRUE(validate_name("Cron d\xc3\xa9mon \xf0\x9f\x9a\x80"));
  EXPECT_TRUE(validate_name(repeat("\xf0\x9f\x9a\x80", name_characters_max)));
  EXPECT_FALSE(validate_name(repeat("\xf0\x9f\x9a\x80", name_characters_max + 1)));
  EXPECT_FALSE(validate_name(repeat("a", name_characters_max + 1)));
  EXPECT_FALSE(validate_name(""));
}

TEST(Name, IsUtf8AsRfc3629SaysIt) {
  const std::vector<std::string> broken{
      "\x80",              // a continuation that continues nothing
      "\xc3",              // cut short
      "\xc3(",             // continued wrongly
      "\xc0\xaf",          // overlong
      "\xe0\x80\xaf",      // overlong
      "\xf0\x80\x80\xaf",  // overlong
      "\xed\xa0\x80",      // a surrogate
      "\xf4\x90\x80\x80",  // beyond U+10FFFF
      "\xf5\x80\x80\x80",
      "\xff",
  };
  for (const std::string& text : broken)
    EXPECT_FALSE(validate_name("a" + text)) << testing::PrintToString(text);
  EXPECT_EQ(count_characters("\xf4\x8f\xbf\xbf\xed\x9f\xbf\xee\x80\x80\xe0\xa0\x80"), 4U);
}

TEST(Name, HasNoControlCharacters) {
  const std::vector<std::string> controls{std::string(1, '\0'), "\n",      "\x1f", "\x7f",
                                          "\xc2\x80",           "\xc2\x9f"};
  for (const std::string& control : controls) {
    const auto valid = validate_name("a" + control);
    ASSERT_FALSE(valid) << testing::PrintToString(control);
    EXPECT_EQ(valid.error().code, Code::invalid);
    EXPECT_EQ(valid.error().pointer, "/name");
  }
  EXPECT_TRUE(validate_name("\xc2\xa0"));
}

}  // namespace
}  // namespace optare
