// JSON bodies: strict parsing, and a reader that refuses with a pointer to what is wrong.
#pragma once

#include <boost/json/fwd.hpp>
#include <boost/json/value.hpp>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/http/request.h"
#include "core/base/result.h"

namespace optare {

constexpr std::size_t json_depth_max = 32;            // ours
constexpr std::size_t json_bytes_max = 64 * 1024;     // ours; as the server's body_bytes_max
constexpr std::size_t json_string_bytes_max = 16384;  // default of the reader; ours
constexpr std::size_t json_array_items_max = 1000;    // default of the reader; ours

// RFC 8259, nothing more: UTF-8, one value, no trailing bytes, no comments, no repeated member.
// Errors: malformed, too_large.
[[nodiscard]] Result<boost::json::value> parse_json(std::string_view text);

// The body of `request`, which must say Content-Type: application/json (or +json) once.
// Errors: as parse_json; unsupported_media_type; invalid when it is not an object.
[[nodiscard]] Result<boost::json::object> json_body(const Request& request);
// As json_body, but no body at all (and no Content-Type) is an empty object.
[[nodiscard]] Result<boost::json::object> optional_json_body(const Request& request);

// Reads the members of one object. Every refusal is Code::invalid with the RFC 6901 pointer of the
// member; text must not contain NUL. `null` counts as left out for optional_*.
//
//   JsonReader reader(object);
//   CO_TRY(auto name, reader.required_string("name", 200));
//   CO_TRY(auto apis, reader.optional_objects("apis"));   // each item is a JsonReader
//   CO_TRY_VOID(reader.finish());                          // refuses members nobody asked for
//
// The object must outlive the reader and the readers it gives.
class JsonReader {
 public:
  explicit JsonReader(const boost::json::object& object, std::string pointer = {});

  [[nodiscard]] Result<std::string> required_string(std::string_view name,
                                                    std::size_t bytes_max = json_string_bytes_max);
  [[nodiscard]] Result<std::optional<std::string>> optional_string(
      std::string_view name, std::size_t bytes_max = json_string_bytes_max);
  [[nodiscard]] Result<std::int64_t> required_integer(std::string_view name, std::int64_t min,
                                                      std::int64_t max);
  [[nodiscard]] Result<std::optional<std::int64_t>> optional_integer(std::string_view name,
                                                                     std::int64_t min,
                                                                     std::int64_t max);
  [[nodiscard]] Result<std::optional<bool>> optional_bool(std::string_view name);
  [[nodiscard]] Result<std::vector<std::string>> required_strings(
      std::string_view name, std::size_t items_max = json_array_items_max,
      std::size_t bytes_max = json_string_bytes_max);
  [[nodiscard]] Result<std::optional<std::vector<std::string>>> optional_strings(
      std::string_view name, std::size_t items_max = json_array_items_max,
      std::size_t bytes_max = json_string_bytes_max);
  [[nodiscard]] Result<std::optional<std::vector<JsonReader>>> optional_objects(
      std::string_view name, std::size_t items_max = json_array_items_max);

  bool has(std::string_view name) const;
  // Refuses a member that nothing above asked for, with a pointer to it, or to this object when its
  // name may be a secret (api/http/spoken_name.h).
  [[nodiscard]] Result<void> finish() const;
  // A refusal of the member `name`, for rules the caller checks.
  [[nodiscard]] Rejection wrong(std::string_view name, std::string detail) const;
  // RFC 6901 pointer of the member.
  std::string pointer_to(std::string_view name) const;
  const std::string& pointer() const { return pointer_; }

 private:
  const boost::json::value* member(std::string_view name);

  const boost::json::object* object_;
  std::string pointer_;
  std::vector<std::string> asked_;
};

// One reference token of RFC 6901: '~' and '/' escaped.
std::string pointer_token(std::string_view name);

}  // namespace optare
