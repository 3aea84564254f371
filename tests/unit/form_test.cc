#include "api/http/form.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace optare {
namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

TEST(Form, DecodesInOrder) {
  const auto form = parse_form("grant_type=client_credentials&scope=read%3Aa+write%3Aa&x=%C3%A9&x");
  ASSERT_TRUE(form);
  EXPECT_EQ(form->pairs, (Pairs{{"grant_type", "client_credentials"},
                                {"scope", "read:a write:a"},
                                {"x", "\xC3\xA9"},
                                {"x", ""}}));
}

// RFC 6749 section 3.1: parameters sent without a value are treated as if they were omitted.
TEST(Form, TreatsAnEmptyValueAsLeftOut) {
  const auto form = parse_form("scope=&audience&resource=a&resource=&resource=b");
  ASSERT_TRUE(form);
  EXPECT_EQ(form->one("scope"), std::nullopt);
  EXPECT_EQ(form->one("audience"), std::nullopt);
  EXPECT_EQ(form->one("missing"), std::nullopt);
  EXPECT_EQ(form->one("resource"), "a");
  EXPECT_EQ(form->all("resource"), (std::vector<std::string_view>{"a", "b"}));
}

TEST(Form, FindsRepeatedParametersEvenWithoutValues) {
  const auto form = parse_form("a=1&resource=x&resource=y&b=1&b");
  ASSERT_TRUE(form);
  EXPECT_FALSE(form->repeated("a"));
  EXPECT_TRUE(form->repeated("b"));
  EXPECT_EQ(form->first_repeated(), "resource");
  EXPECT_EQ(form->first_repeated(std::array<std::string_view, 1>{"resource"}), "b");
}

TEST(Form, RefusesWhatIsNotEncodedUtf8) {
  for (const char* body :
       {"a=%", "a=%4", "a=%zz", "a=%00", "a=%FF", "a=%C3", "a=%ED%A0%80", "%80=a"}) {
    const auto form = parse_form(body);
    ASSERT_FALSE(form) << body;
    EXPECT_EQ(form.error().code, Code::malformed);
  }
}

TEST(Form, LimitsNumberAndSize) {
  std::string many;
  for (std::size_t i = 0; i < form_parameters_max; ++i) many += "a=1&";
  EXPECT_TRUE(parse_form(many));
  const auto code = [](const Result<Form>& form) {
    return form ? Code::internal : form.error().code;
  };
  EXPECT_EQ(code(parse_form(many + "a=1")), Code::too_large);
  EXPECT_TRUE(parse_form(std::string(form_name_bytes_max, 'n') + "=1"));
  EXPECT_EQ(code(parse_form(std::string(form_name_bytes_max + 1, 'n'))), Code::too_large);
  EXPECT_TRUE(parse_form("a=" + std::string(form_value_bytes_max, 'v')));
  EXPECT_EQ(code(parse_form("a=" + std::string(form_value_bytes_max + 1, 'v'))), Code::too_large);
}

TEST(Form, NeedsItsContentTypeOnce) {
  Request request;
  request.body = "a=1";
  const auto accepted = [&](std::vector<Header> headers) {
    request.headers = std::move(headers);
    return form_body(request).has_value();
  };
  EXPECT_TRUE(accepted({{"Content-Type", "application/x-www-form-urlencoded"}}));
  EXPECT_TRUE(accepted({{"content-type", "Application/X-WWW-Form-Urlencoded ; charset=UTF-8"}}));
  EXPECT_FALSE(accepted({{"Content-Type", "application/x-www-form-urlencoded; charset=latin1"}}));
  EXPECT_FALSE(accepted({{"Content-Type", "application/json"}}));
  EXPECT_FALSE(accepted({}));
  EXPECT_FALSE(accepted({{"Content-Type", "application/x-www-form-urlencoded"},
                         {"Content-Type", "application/x-www-form-urlencoded"}}));
}

RC_GTEST_PROP(Form, ReadsWhatAnEncoderWrites, (const std::vector<std::string>& words)) {
  Pairs pairs;
  std::string body;
  const auto encode = [](std::string_view text) {
    std::string out;
    for (const char c : text) {
      constexpr std::string_view digits = "0123456789ABCDEF";
      const auto byte = static_cast<unsigned char>(c);
      out += '%';
      out += digits[byte >> 4];
      out += digits[byte & 15];
    }
    return out;
  };
  for (const std::string& word : words) {
    if (pairs.size() == form_parameters_max || word.size() > form_name_bytes_max) continue;
    if (!is_utf8(word) || word.find('\0') != std::string::npos) continue;
    pairs.emplace_back(word, word);
    body += encode(word) + "=" + encode(word) + "&";
  }
  const auto form = parse_form(body);
  RC_ASSERT(form.has_value());
  RC_ASSERT(form->pairs == pairs);
}

TEST(Utf8, AcceptsShortestFormsOfScalarValuesOnly) {
  for (const char* good : {"", "a", "\xC2\x80", "\xDF\xBF", "\xE0\xA0\x80", "\xEF\xBF\xBF",
                           "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF"}) {
    EXPECT_TRUE(is_utf8(good));
  }
  for (const char* bad : {"\x80", "\xC0\x80", "\xC1\xBF", "\xE0\x9F\xBF", "\xED\xA0\x80",
                          "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xE2\x82"}) {
    EXPECT_FALSE(is_utf8(bad));
  }
}

}  // namespace
}  // namespace optare
