#include <fmt/format.h>

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/value_stack.hpp>
#include <cmath>

#include "api/http/form.h"
#include "api/http/json_body.h"

namespace optare {
namespace {

namespace json = boost::json;

// Builds the value as boost::json::parser does, and counts the members it saw: an object that
// ends up with fewer had one twice (RFC 8259 section 4 leaves the meaning open; we refuse).
struct Builder {
  static constexpr std::size_t max_object_size = json::object::max_size();
  static constexpr std::size_t max_array_size = json::array::max_size();
  static constexpr std::size_t max_key_size = json::string::max_size();
  static constexpr std::size_t max_string_size = json::string::max_size();
  using error_code = json::error_code;

  json::value_stack stack;
  std::size_t members = 0;

  bool on_document_begin(error_code&) {
    stack.reset();
    return true;
  }
  bool on_document_end(error_code&) { return true; }
  bool on_array_begin(error_code&) { return true; }
  bool on_array_end(std::size_t n, error_code&) {
    stack.push_array(n);
    return true;
  }
  bool on_object_begin(error_code&) { return true; }
  bool on_object_end(std::size_t n, error_code&) {
    members += n;
    stack.push_object(n);
    return true;
  }
  bool on_string_part(json::string_view s, std::size_t, error_code&) {
    stack.push_chars(s);
    return true;
  }
  bool on_string(json::string_view s, std::size_t, error_code&) {
    stack.push_string(s);
    return true;
  }
  bool on_key_part(json::string_view s, std::size_t, error_code&) {
    stack.push_chars(s);
    return true;
  }
  bool on_key(json::string_view s, std::size_t, error_code&) {
    stack.push_key(s);
    return true;
  }
  bool on_number_part(json::string_view, error_code&) { return true; }
  bool on_int64(std::int64_t i, json::string_view, error_code&) {
    stack.push_int64(i);
    return true;
  }
  bool on_uint64(std::uint64_t u, json::string_view, error_code&) {
    stack.push_uint64(u);
    return true;
  }
  bool on_double(double d, json::string_view, error_code& ec) {
    if (!std::isfinite(d)) {  // 1e400
      ec = json::error::exponent_overflow;
      return false;
    }
    stack.push_double(d);
    return true;
  }
  bool on_bool(bool b, error_code&) {
    stack.push_bool(b);
    return true;
  }
  bool on_null(error_code&) {
    stack.push_null();
    return true;
  }
  bool on_comment_part(json::string_view, error_code&) { return true; }
  bool on_comment(json::string_view, error_code&) { return true; }
};

// REQUIRES: no deeper than json_depth_max.
std::size_t members_of(const json::value& value) {
  std::size_t count = 0;
  if (const auto* object = value.if_object()) {
    count = object->size();
    for (const auto& member : *object) count += members_of(member.value());
  } else if (const auto* array = value.if_array()) {
    for (const auto& item : *array) count += members_of(item);
  }
  return count;
}

bool is_json(const Request& request) {
  return has_content_type(request, "application/json") ||
         has_content_type(request, "application/merge-patch+json");
}

}  // namespace

Result<json::value> parse_json(std::string_view text) {
  if (text.size() > json_bytes_max) {
    return reject(Code::too_large, fmt::format("the body is longer than {} bytes", json_bytes_max));
  }
  json::parse_options options;
  options.max_depth = json_depth_max;
  json::basic_parser<Builder> parser(options);
  json::error_code ec;
  const std::size_t read = parser.write_some(false, text.data(), text.size(), ec);
  if (ec == json::error::too_deep) {
    return reject(Code::too_large,
                  fmt::format("JSON nested deeper than {} levels", json_depth_max));
  }
  if (ec || !parser.done() || read != text.size()) {
    return reject(Code::malformed, fmt::format("the body is not valid JSON near byte {}", read));
  }
  json::value value = parser.handler().stack.release();
  if (members_of(value) != parser.handler().members) {
    return reject(Code::malformed, "the body names one member of an object twice");
  }
  return value;
}

Result<json::object> json_body(const Request& request) {
  if (!is_json(request)) {
    return reject(Code::unsupported_media_type,
                  "send the body with Content-Type: application/json");
  }
  TRY(auto value, parse_json(request.body));
  if (!value.is_object()) return reject(Code::invalid, "the body must be a JSON object");
  return std::move(value.as_object());
}

Result<json::object> optional_json_body(const Request& request) {
  if (request.body.empty()) return json::object{};
  return json_body(request);
}

}  // namespace optare
