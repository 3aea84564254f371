#include "api/http/request.h"

#include <array>

namespace optare {
namespace {

constexpr std::array<std::pair<Method, std::string_view>, 7> methods{{
    {Method::get, "GET"},
    {Method::post, "POST"},
    {Method::head, "HEAD"},
    {Method::put, "PUT"},
    {Method::patch, "PATCH"},
    {Method::delete_, "DELETE"},
    {Method::options, "OPTIONS"},
}};

constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }

}  // namespace

std::string_view text(Method method) {
  for (const auto& [value, name] : methods) {
    if (value == method) return name;
  }
  return "";
}

Method method_of(std::string_view text) {
  for (const auto& [value, name] : methods) {
    if (name == text) return value;
  }
  return Method::other;
}

bool same_field_name(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (lower(a[i]) != lower(b[i])) return false;
  }
  return true;
}

std::string_view Request::header(std::string_view name) const {
  for (const Header& field : headers) {
    if (same_field_name(field.name, name)) return field.value;
  }
  return {};
}

std::vector<std::string_view> Request::headers_all(std::string_view name) const {
  std::vector<std::string_view> values;
  for (const Header& field : headers) {
    if (same_field_name(field.name, name)) values.emplace_back(field.value);
  }
  return values;
}

std::string_view Request::parameter(std::string_view name) const {
  for (const auto& [key, value] : parameters) {
    if (key == name) return value;
  }
  return {};
}

}  // namespace optare
