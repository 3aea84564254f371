#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "api/http/json_body.h"
#include "api/http/spoken_name.h"

namespace optare {
namespace {

namespace json = boost::json;

// Why `value` is no fit text, or empty.
std::string text_fault(const json::value& value, std::size_t bytes_max) {
  const auto* text = value.if_string();
  if (!text) return "must be a string";
  if (text->size() > bytes_max) return fmt::format("must not be longer than {} bytes", bytes_max);
  if (text->find('\0') != json::string::npos) return "must not contain NUL";
  return {};
}

}  // namespace

JsonReader::JsonReader(const json::object& object, std::string pointer)
    : object_(&object), pointer_(std::move(pointer)) {}

const json::value* JsonReader::member(std::string_view name) {
  asked_.emplace_back(name);
  const json::value* value = object_->if_contains(name);
  return value && !value->is_null() ? value : nullptr;
}

bool JsonReader::has(std::string_view name) const { return object_->contains(name); }

std::string JsonReader::pointer_to(std::string_view name) const {
  return pointer_ + '/' + pointer_token(name);
}

Rejection JsonReader::wrong(std::string_view name, std::string detail) const {
  return Rejection{Code::invalid, std::move(detail), pointer_to(name)};
}

Result<void> JsonReader::finish() const {
  for (const auto& member : *object_) {
    if (std::ranges::find(asked_, std::string_view(member.key())) == asked_.end()) {
      if (!may_be_spoken(member.key()))
        return reject(Code::invalid, "has a member that is not one we know; leave it out",
                      pointer_);
      return std::unexpected(wrong(member.key(), "is not a member we know; leave it out"));
    }
  }
  return {};
}

Result<std::optional<std::string>> JsonReader::optional_string(std::string_view name,
                                                               std::size_t bytes_max) {
  const json::value* value = member(name);
  if (!value) return std::nullopt;
  if (auto fault = text_fault(*value, bytes_max); !fault.empty()) {
    return std::unexpected(wrong(name, std::move(fault)));
  }
  return std::string(value->get_string());
}

Result<std::string> JsonReader::required_string(std::string_view name, std::size_t bytes_max) {
  TRY(auto value, optional_string(name, bytes_max));
  if (!value) return std::unexpected(wrong(name, "is required: a string"));
  return *std::move(value);
}

Result<std::optional<std::int64_t>> JsonReader::optional_integer(std::string_view name,
                                                                 std::int64_t min,
                                                                 std::int64_t max) {
  const json::value* value = member(name);
  if (!value) return std::nullopt;
  const auto* number = value->if_int64();
  if (!number || *number < min || *number > max) {
    return std::unexpected(wrong(name, fmt::format("must be a whole number, {} to {}", min, max)));
  }
  return *number;
}

Result<std::int64_t> JsonReader::required_integer(std::string_view name, std::int64_t min,
                                                  std::int64_t max) {
  TRY(const auto value, optional_integer(name, min, max));
  if (!value) {
    return std::unexpected(
        wrong(name, fmt::format("is required: a whole number, {} to {}", min, max)));
  }
  return *value;
}

Result<std::optional<bool>> JsonReader::optional_bool(std::string_view name) {
  const json::value* value = member(name);
  if (!value) return std::nullopt;
  if (!value->is_bool()) return std::unexpected(wrong(name, "must be true or false"));
  return value->get_bool();
}

Result<std::optional<std::vector<std::string>>> JsonReader::optional_strings(
    std::string_view name, std::size_t items_max, std::size_t bytes_max) {
  const json::value* value = member(name);
  if (!value) return std::nullopt;
  const auto* array = value->if_array();
  if (!array) return std::unexpected(wrong(name, "must be an array of strings"));
  if (array->size() > items_max) {
    return std::unexpected(wrong(name, fmt::format("must not have more than {} items", items_max)));
  }
  std::vector<std::string> strings;
  for (const json::value& item : *array) {
    if (auto fault = text_fault(item, bytes_max); !fault.empty()) {
      return reject(Code::invalid, std::move(fault),
                    fmt::format("{}/{}", pointer_to(name), strings.size()));
    }
    strings.emplace_back(item.get_string());
  }
  return strings;
}

Result<std::vector<std::string>> JsonReader::required_strings(std::string_view name,
                                                              std::size_t items_max,
                                                              std::size_t bytes_max) {
  TRY(auto value, optional_strings(name, items_max, bytes_max));
  if (!value) return std::unexpected(wrong(name, "is required: an array of strings"));
  return *std::move(value);
}

Result<std::optional<std::vector<JsonReader>>> JsonReader::optional_objects(std::string_view name,
                                                                            std::size_t items_max) {
  const json::value* value = member(name);
  if (!value) return std::nullopt;
  const auto* array = value->if_array();
  if (!array) return std::unexpected(wrong(name, "must be an array of objects"));
  if (array->size() > items_max) {
    return std::unexpected(wrong(name, fmt::format("must not have more than {} items", items_max)));
  }
  std::vector<JsonReader> readers;
  for (const json::value& item : *array) {
    std::string pointer = fmt::format("{}/{}", pointer_to(name), readers.size());
    if (!item.is_object()) return reject(Code::invalid, "must be an object", std::move(pointer));
    readers.emplace_back(item.get_object(), std::move(pointer));
  }
  return readers;
}

std::string pointer_token(std::string_view name) {
  std::string out;
  for (const char c : name) {
    if (c == '~') {
      out += "~0";
    } else if (c == '/') {
      out += "~1";
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace optare
