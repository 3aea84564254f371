// Text forms of bytes. Pure; decoders accept the one canonical form only, so that any altered
// character is refused.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace optare {

using Bytes = std::span<const std::uint8_t>;

inline Bytes bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
inline std::string_view text_of(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// RFC 4648 section 5 without padding.
std::string base64url(Bytes bytes);
void append_base64url(std::string& out, Bytes bytes);
std::optional<std::string> from_base64url(std::string_view text);

// RFC 4648 section 4, padded; for HTTP Basic (RFC 7617).
std::string base64(Bytes bytes);
std::optional<std::string> from_base64(std::string_view text);

// Lower-case hexadecimal.
std::string hex(Bytes bytes);
std::optional<std::string> from_hex(std::string_view text);

// 0-9A-Za-z, most significant digit first, zero-padded to the width that the length always fits:
// 16 bytes -> 22 characters, 32 bytes -> 43, 4 bytes -> 6.
std::string base62(Bytes bytes);

// Big-endian integers: keys in the store sort as numbers do.
void append_u32(std::string& out, std::uint32_t value);
void append_u64(std::string& out, std::uint64_t value);
std::uint32_t read_u32(std::string_view bytes);  // REQUIRES: bytes.size() >= 4
std::uint64_t read_u64(std::string_view bytes);  // REQUIRES: bytes.size() >= 8

}  // namespace optare
