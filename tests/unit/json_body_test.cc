#include "api/http/json_body.h"

#include <gtest/gtest.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

namespace optare {
namespace {

Code code_of(std::string_view text) {
  const auto value = parse_json(text);
  return value ? Code::internal : value.error().code;
}

TEST(Json, ReadsOneValueWithSpaceAroundIt) {
  EXPECT_TRUE(parse_json(" {\"a\": [1, -2.5e3, true, null, \"\\u00e9\\ud83d\\ude00\"]} \r\n\t"));
  EXPECT_TRUE(parse_json("0"));
}

TEST(Json, RefusesEverythingElse) {
  for (const char* text : {"",           " ",           "{",
                           "{}x",        "{} {}",       "{'a':1}",
                           "{\"a\":1,}", "[1,]",        "{a:1}",
                           "// c\n{}",   "/**/{}",      "NaN",
                           "Infinity",   "01",          "+1",
                           ".5",         "1.",          "\"\\x41\"",
                           "\"\t\"",     "\"\\ud800\"", "\xEF\xBB\xBF{}",
                           "\"\xFF\"",   "\"\xC3\"",    "\"\xED\xA0\x80\"",
                           "tru",        "{\"a\" 1}"}) {
    EXPECT_EQ(code_of(text), Code::malformed) << text;
  }
}

TEST(Json, RefusesAMemberThatIsThereTwice) {
  EXPECT_EQ(code_of(R"({"a":1,"a":1})"), Code::malformed);
  EXPECT_EQ(code_of(R"([{"b":{"a":1,"c":2,"\u0061":3}}])"), Code::malformed);
  EXPECT_TRUE(parse_json(R"({"a":{"a":1},"b":{"a":1}})"));
}

TEST(Json, LimitsDepthAndSize) {
  const auto nested = [](std::size_t n) { return std::string(n, '[') + std::string(n, ']'); };
  EXPECT_TRUE(parse_json(nested(json_depth_max)));
  EXPECT_EQ(code_of(nested(json_depth_max + 1)), Code::too_large);
  EXPECT_TRUE(parse_json('"' + std::string(json_bytes_max - 2, 'x') + '"'));
  EXPECT_EQ(code_of('"' + std::string(json_bytes_max - 1, 'x') + '"'), Code::too_large);
}

TEST(JsonBody, NeedsItsContentTypeAndAnObject) {
  Request request;
  request.body = R"({"a":1})";
  EXPECT_EQ(json_body(request).error().code, Code::unsupported_media_type);
  EXPECT_EQ(optional_json_body(request).error().code, Code::unsupported_media_type);
  request.headers = {{"Content-Type", "application/json; charset=utf-8"}};
  EXPECT_TRUE(json_body(request));
  request.body = "[]";
  EXPECT_EQ(json_body(request).error().code, Code::invalid);
  request.body.clear();
  EXPECT_EQ(json_body(request).error().code, Code::malformed);
  EXPECT_TRUE(optional_json_body(request));
}

boost::json::object object_of(std::string_view text) { return parse_json(text)->as_object(); }

TEST(JsonReader, ReadsEveryType) {
  const auto object = object_of(
      R"({"s":"text","i":7,"b":true,"l":["x","y"],"o":[{"n":"1"},{"n":"2"}],"nothing":null})");
  JsonReader reader(object);
  EXPECT_EQ(reader.required_string("s"), "text");
  EXPECT_EQ(reader.required_integer("i", 0, 10), 7);
  EXPECT_EQ(reader.optional_bool("b"), true);
  EXPECT_EQ(reader.required_strings("l"), (std::vector<std::string>{"x", "y"}));
  EXPECT_EQ(reader.optional_string("nothing"), std::nullopt);
  EXPECT_EQ(reader.optional_string("missing"), std::nullopt);
  auto items = reader.optional_objects("o");
  ASSERT_TRUE(items && *items);
  EXPECT_EQ((**items)[1].required_string("n"), "2");
  EXPECT_TRUE((**items)[1].finish());
  EXPECT_TRUE(reader.finish());
}

TEST(JsonReader, RefusesAMemberNobodyAskedFor) {
  const auto object = object_of(R"({"name":"a","colour/~":"red"})");
  JsonReader reader(object);
  EXPECT_TRUE(reader.required_string("name"));
  const auto outcome = reader.finish();
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, Code::invalid);
  EXPECT_EQ(outcome.error().pointer, "/colour~1~0");
}

TEST(JsonReader, DoesNotRepeatANameThatMayBeASecret) {
  const std::string secret = "sk_3PyjeguI9nPSzFVetnwmKGEy11v9fcr9qcWnTebjyCJ3xanvf";
  const auto object = object_of(R"({"n0t-ours":1,")" + secret + R"(":1})");
  for (const char* pointer : {"", "/apis/0"}) {
    JsonReader reader(object, pointer);
    EXPECT_EQ(reader.optional_integer("n0t-ours", 0, 1), 1);
    const auto outcome = reader.finish();
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().pointer, pointer);
    EXPECT_EQ(outcome.error().detail.find(secret), std::string::npos);
  }
}

TEST(JsonReader, PointsAtWhatIsWrong) {
  const auto object = object_of(
      R"({"s":1,"long":"12345","nul":"a\u0000b","i":"7","f":1.5,"big":11,"huge":18446744073709551615,
          "b":"yes","l":["x",2],"o":[{},3],"n":{}})");
  JsonReader reader(object);
  const auto pointer = [](const auto& result) {
    EXPECT_FALSE(result);
    return result ? "" : result.error().pointer;
  };
  EXPECT_EQ(pointer(reader.required_string("missing")), "/missing");
  EXPECT_EQ(pointer(reader.required_string("s")), "/s");
  EXPECT_EQ(pointer(reader.optional_string("long", 4)), "/long");
  EXPECT_EQ(pointer(reader.optional_string("nul")), "/nul");
  EXPECT_EQ(pointer(reader.required_integer("missing", 0, 1)), "/missing");
  for (const char* name : {"i", "f", "big", "huge"}) {
    EXPECT_EQ(pointer(reader.optional_integer(name, 0, 10)), '/' + std::string(name));
  }
  EXPECT_EQ(pointer(reader.optional_bool("b")), "/b");
  EXPECT_EQ(pointer(reader.optional_strings("l")), "/l/1");
  EXPECT_EQ(pointer(reader.optional_strings("l", 1)), "/l");
  EXPECT_EQ(pointer(reader.optional_objects("o")), "/o/1");
  EXPECT_EQ(pointer(reader.optional_objects("o", 1)), "/o");
  EXPECT_EQ(pointer(reader.optional_objects("n")), "/n");
  EXPECT_EQ(pointer(reader.required_strings("missing")), "/missing");
}

TEST(JsonReader, LimitsTextsAndListsByItself) {
  const auto reads = [](std::size_t bytes, std::size_t items) {
    boost::json::array strings(items, boost::json::value("x"));
    boost::json::array objects(items, boost::json::object());
    const boost::json::object object{
        {"s", std::string(bytes, 'x')}, {"l", std::move(strings)}, {"o", std::move(objects)}};
    JsonReader reader(object);
    return std::array{reader.required_string("s").has_value(),
                      reader.required_strings("l").has_value(),
                      reader.optional_objects("o").has_value()};
  };
  EXPECT_EQ(reads(16'384, 1'000), (std::array{true, true, true}));
  EXPECT_EQ(reads(16'385, 1'001), (std::array{false, false, false}));
}

}  // namespace
}  // namespace optare
