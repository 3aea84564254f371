#include "api/http/form.h"

#include <fmt/format.h>

#include <algorithm>

namespace optare {
namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

Result<std::string> decoded_part(std::string_view part, std::size_t bytes_max) {
  auto text = percent_decoded(part, true);
  if (!text || text->find('\0') != std::string::npos || !is_utf8(*text)) {
    return reject(Code::malformed,
                  "a parameter is not percent-encoded UTF-8; encode it as "
                  "application/x-www-form-urlencoded");
  }
  if (text->size() > bytes_max) {
    return reject(Code::too_large, fmt::format("a parameter is longer than {} bytes", bytes_max));
  }
  return *std::move(text);
}

Result<Form> parse_pairs(std::string_view text) {
  Form form;
  while (!text.empty()) {
    const std::string_view piece = text.substr(0, text.find('&'));
    text.remove_prefix(std::min(text.size(), piece.size() + 1));
    if (piece.empty()) continue;
    if (form.pairs.size() == form_parameters_max) {
      return reject(Code::too_large, fmt::format("more than {} parameters", form_parameters_max));
    }
    const auto equals = piece.find('=');
    TRY(auto name, decoded_part(piece.substr(0, equals), form_name_bytes_max));
    TRY(auto value,
        decoded_part(equals == piece.npos ? "" : piece.substr(equals + 1), form_value_bytes_max));
    form.pairs.emplace_back(std::move(name), std::move(value));
  }
  return form;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

}  // namespace

std::optional<std::string_view> Form::one(std::string_view name) const {
  for (const auto& [key, value] : pairs) {
    if (key == name && !value.empty()) return value;
  }
  return std::nullopt;
}

std::vector<std::string_view> Form::all(std::string_view name) const {
  std::vector<std::string_view> values;
  for (const auto& [key, value] : pairs) {
    if (key == name && !value.empty()) values.emplace_back(value);
  }
  return values;
}

bool Form::repeated(std::string_view name) const {
  return std::ranges::count(pairs, name,
                            [](const auto& pair) { return std::string_view(pair.first); }) > 1;
}

std::optional<std::string_view> Form::first_repeated(
    std::span<const std::string_view> allowed) const {
  for (const auto& [name, value] : pairs) {
    if (std::ranges::find(allowed, name) == allowed.end() && repeated(name)) return name;
  }
  return std::nullopt;
}

Result<Form> parse_form(std::string_view body) { return parse_pairs(body); }
Result<Form> parse_query(std::string_view query) { return parse_pairs(query); }

Result<Form> form_body(const Request& request) {
  if (!has_content_type(request, "application/x-www-form-urlencoded")) {
    return reject(Code::unsupported_media_type,
                  "the parameters must be form-encoded: send them in the body with Content-Type: "
                  "application/x-www-form-urlencoded");
  }
  return parse_form(request.body);
}

std::optional<std::string> percent_decoded(std::string_view text, bool plus_is_space) {
  // Nearly always there is nothing to decode.
  if (text.find('%') == text.npos && (!plus_is_space || text.find('+') == text.npos))
    return std::string(text);
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      if (i + 2 >= text.size()) return std::nullopt;
      const int high = hex_digit(text[i + 1]), low = hex_digit(text[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      out += static_cast<char>(high * 16 + low);
      i += 2;
    } else {
      out += text[i] == '+' && plus_is_space ? ' ' : text[i];
    }
  }
  return out;
}

bool has_content_type(const Request& request, std::string_view media_type) {
  const auto values = request.headers_all("Content-Type");
  if (values.size() != 1) return false;
  std::string_view rest = values.front();
  if (!same_field_name(trimmed(rest.substr(0, rest.find(';'))), media_type)) return false;
  for (auto semicolon = rest.find(';'); semicolon != rest.npos; semicolon = rest.find(';')) {
    rest.remove_prefix(semicolon + 1);
    const std::string_view parameter = trimmed(rest.substr(0, rest.find(';')));
    if (parameter.size() < 8 || !same_field_name(parameter.substr(0, 8), "charset=")) continue;
    const std::string_view charset = parameter.substr(8);
    if (!same_field_name(charset, "utf-8") && !same_field_name(charset, "\"utf-8\"")) return false;
  }
  return true;
}

namespace {
bool is_ascii(std::string_view text) {
  unsigned all = 0;  // No way out in between: so that it runs over many bytes at once.
  for (const char c : text) all |= static_cast<unsigned char>(c);
  return all < 0x80;
}
}  // namespace

// Unicode 15, table 3-7: shortest form, no surrogates, nothing above U+10FFFF.
bool is_utf8(std::string_view text) {
  if (is_ascii(text)) return true;
  const auto* p = reinterpret_cast<const unsigned char*>(text.data());
  const auto* const end = p + text.size();
  while (p != end) {
    const unsigned char lead = *p++;
    if (lead < 0x80) continue;
    if (lead < 0xC2 || lead > 0xF4) return false;
    const int more = lead < 0xE0 ? 1 : lead < 0xF0 ? 2 : 3;
    if (end - p < more) return false;
    const unsigned char first_min = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
    const unsigned char first_max = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
    if (*p < first_min || *p > first_max) return false;
    for (int i = 1; i < more; ++i) {
      if ((p[i] & 0xC0) != 0x80) return false;
    }
    p += more;
  }
  return true;
}

}  // namespace optare
