#include "core/application/name.h"

#include <cstdint>
#include <string>

namespace optare {
namespace {

struct CodePoint {
  char32_t value = 0;
  std::size_t bytes = 0;  // 0: not UTF-8
};

// The first code point of `text`, by the table of RFC 3629 section 4. REQUIRES: not empty.
CodePoint first_code_point(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const std::uint8_t lead = byte(0);
  if (lead < 0x80) return {lead, 1};
  const std::size_t bytes = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < bytes) return {};
  char32_t value = lead & (0xFFU >> (bytes + 1));
  for (std::size_t i = 1; i < bytes; ++i) {
    if ((byte(i) & 0xC0U) != 0x80) return {};
    value = (value << 6U) | (byte(i) & 0x3FU);
  }
  const bool overlong = (bytes == 3 && value < 0x800) || (bytes == 4 && value < 0x10000);
  const bool surrogate = value >= 0xD800 && value <= 0xDFFF;
  if (overlong || surrogate || value > 0x10FFFF) return {};
  return {value, bytes};
}

}  // namespace

std::optional<std::size_t> count_characters(std::string_view text) {
  std::size_t characters = 0;
  for (; !text.empty(); ++characters) {
    const CodePoint point = first_code_point(text);
    if (point.bytes == 0) return std::nullopt;
    text.remove_prefix(point.bytes);
  }
  return characters;
}

bool has_control_characters(std::string_view text) {
  while (!text.empty()) {
    const CodePoint point = first_code_point(text);
    if (point.bytes == 0 || point.value < 0x20 || (point.value >= 0x7F && point.value <= 0x9F))
      return true;
    text.remove_prefix(point.bytes);
  }
  return false;
}

Result<void> validate_name(std::string_view name) {
  const auto characters = count_characters(name);
  if (!characters) return reject(Code::invalid, "the name is not valid UTF-8", "/name");
  if (*characters == 0)
    return reject(Code::invalid, "a name needs at least one character", "/name");
  if (*characters > name_characters_max) {
    return reject(Code::invalid,
                  "the name has " + std::to_string(*characters) + " characters; at most " +
                      std::to_string(name_characters_max) + " are allowed",
                  "/name");
  }
  if (has_control_characters(name)) {
    return reject(Code::invalid, "the name has control characters; remove them", "/name");
  }
  return {};
}

}  // namespace optare
