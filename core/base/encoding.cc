#include "core/base/encoding.h"

#include <array>
#include <cmath>
#include <vector>

namespace optare {
namespace {

constexpr char base64_digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr char base64url_digits[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr char base62_digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

void append_base64_with(std::string& out, Bytes bytes, const char* digits) {
  const std::size_t before = out.size();
  out.resize(before + (bytes.size() * 4 + 2) / 3);
  char* to = out.data() + before;
  const auto digit = [&](std::uint32_t group, unsigned shift) {
    *to++ = digits[(group >> shift) & 63U];
  };
  std::size_t i = 0;
  for (; i + 3 <= bytes.size(); i += 3) {
    const std::uint32_t group =
        (std::uint32_t{bytes[i]} << 16U) | (std::uint32_t{bytes[i + 1]} << 8U) | bytes[i + 2];
    digit(group, 18), digit(group, 12), digit(group, 6), digit(group, 0);
  }
  if (bytes.size() - i == 1) {
    const std::uint32_t group = std::uint32_t{bytes[i]} << 16U;
    digit(group, 18), digit(group, 12);
  } else if (bytes.size() - i == 2) {
    const std::uint32_t group =
        (std::uint32_t{bytes[i]} << 16U) | (std::uint32_t{bytes[i + 1]} << 8U);
    digit(group, 18), digit(group, 12), digit(group, 6);
  }
}

constexpr std::array<std::int8_t, 256> values_of(const char* digits) {
  std::array<std::int8_t, 256> values{};
  values.fill(-1);
  for (int i = 0; i < 64; ++i)
    values[static_cast<std::uint8_t>(digits[i])] = static_cast<std::int8_t>(i);
  return values;
}
constexpr auto base64_values = values_of(base64_digits);
constexpr auto base64url_values = values_of(base64url_digits);

// Four digits are three bytes. Whatever is not one of the digits is negative, and stays so in a
// group.
std::optional<std::string> from_base64_with(std::string_view text,
                                            const std::array<std::int8_t, 256>& values) {
  if (text.size() % 4 == 1) return std::nullopt;
  std::string out(text.size() * 3 / 4, '\0');
  char* to = out.data();
  const auto group_at = [&](std::size_t at, std::size_t digits) {
    int group = 0;
    for (std::size_t i = 0; i < digits; ++i) {
      const int value = values[static_cast<std::uint8_t>(text[at + i])];
      if (value < 0) return -1;
      group = group * 64 + value;
    }
    return group;
  };
  std::size_t at = 0;
  for (; at + 4 <= text.size(); at += 4) {
    const int group = group_at(at, 4);
    if (group < 0) return std::nullopt;
    *to++ = static_cast<char>(group >> 16);
    *to++ = static_cast<char>(group >> 8);
    *to++ = static_cast<char>(group);
  }
  const std::size_t rest = text.size() - at;
  if (rest == 0) return out;
  const int group = group_at(at, rest);
  // Bits beyond the last byte are zero, or it is not the canonical text.
  if (group < 0 || (group & (rest == 2 ? 15 : 3)) != 0) return std::nullopt;
  if (rest == 2) {
    *to++ = static_cast<char>(group >> 4);
  } else {
    *to++ = static_cast<char>(group >> 10);
    *to++ = static_cast<char>(group >> 2);
  }
  return out;
}

}  // namespace

void append_base64url(std::string& out, Bytes bytes) {
  append_base64_with(out, bytes, base64url_digits);
}

std::string base64url(Bytes bytes) {
  std::string out;
  append_base64url(out, bytes);
  return out;
}

std::optional<std::string> from_base64url(std::string_view text) {
  return from_base64_with(text, base64url_values);
}

std::string base64(Bytes bytes) {
  std::string out;
  append_base64_with(out, bytes, base64_digits);
  while (out.size() % 4 != 0) out.push_back('=');
  return out;
}

std::optional<std::string> from_base64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  for (int padding = 0; padding < 2 && text.ends_with('='); ++padding) text.remove_suffix(1);
  return from_base64_with(text, base64_values);
}

std::string hex(Bytes bytes) {
  constexpr char digits[] = "0123456789abcdef";
  std::string out;
  out.reserve(bytes.size() * 2);
  for (const std::uint8_t byte : bytes) {
    out.push_back(digits[byte >> 4U]);
    out.push_back(digits[byte & 15U]);
  }
  return out;
}

std::optional<std::string> from_hex(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  const auto value = [](char c) -> int {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return -1;
  };
  std::string out;
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const int high = value(text[i]), low = value(text[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    out.push_back(static_cast<char>(high * 16 + low));
  }
  return out;
}

std::string base62(Bytes bytes) {
  // ceil(8 n / log2(62)) digits hold every value of n bytes.
  const auto width = static_cast<std::size_t>(
      std::ceil(static_cast<double>(bytes.size()) * 8.0 / std::log2(62.0)));
  // One long number in limbs, divided by as many digits' worth as fit into a limb.
  constexpr std::uint32_t five_digits = 62U * 62U * 62U * 62U * 62U;
  std::vector<std::uint32_t> number((bytes.size() + 3) / 4);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const std::size_t from_end = bytes.size() - 1 - i;
    number[number.size() - 1 - from_end / 4] |= std::uint32_t{bytes[i]} << 8U * (from_end % 4);
  }
  std::string out(width, '0');
  for (std::size_t digit = width; digit > 0;) {
    std::uint64_t remainder = 0;
    for (std::uint32_t& limb : number) {
      const std::uint64_t value = (remainder << 32U) | limb;
      limb = static_cast<std::uint32_t>(value / five_digits);
      remainder = value % five_digits;
    }
    for (int i = 0; i < 5 && digit > 0; ++i, remainder /= 62U)
      out[--digit] = base62_digits[remainder % 62U];
  }
  return out;
}

void append_u32(std::string& out, std::uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8)
    out.push_back(static_cast<char>((value >> static_cast<unsigned>(shift)) & 0xFFU));
}

void append_u64(std::string& out, std::uint64_t value) {
  append_u32(out, static_cast<std::uint32_t>(value >> 32U));
  append_u32(out, static_cast<std::uint32_t>(value));
}

std::uint32_t read_u32(std::string_view bytes) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) value = (value << 8U) | static_cast<std::uint8_t>(bytes[i]);
  return value;
}

std::uint64_t read_u64(std::string_view bytes) {
  return (std::uint64_t{read_u32(bytes)} << 32U) | read_u32(bytes.substr(4));
}

}  // namespace optare
