#include "core/oauth/client_secret.h"

#include <algorithm>
#include <array>

#include "core/base/encoding.h"
#include "core/ports/crypto.h"

namespace optare {
namespace {

constexpr std::size_t checksum_characters = 6;

constexpr auto crc32_table = [] {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < table.size(); ++i) {
    std::uint32_t value = i;
    for (int bit = 0; bit < 8; ++bit)
      value = (value >> 1U) ^ ((value & 1U) != 0 ? 0xEDB88320U : 0U);
    table[i] = value;
  }
  return table;
}();

// CRC-32 of ISO 3309, as in gzip (RFC 1952 section 8).
std::uint32_t crc32(std::string_view text) {
  std::uint32_t value = 0xFFFFFFFFU;
  for (const std::uint8_t byte : bytes_of(text))
    value = crc32_table[(value ^ byte) & 0xFFU] ^ (value >> 8U);
  return ~value;
}

std::string checksum(std::string_view text) {
  std::string bytes;
  append_u32(bytes, crc32(text));
  return base62(bytes_of(bytes));
}

}  // namespace

Secret generate_client_secret(Random& random) {
  std::string text(client_secret_prefix);
  text.reserve(client_secret_bytes);
  text += base62(random.bytes<32>());
  text += checksum(text);
  return Secret(std::move(text));
}

std::string client_secret_digest(std::string_view presented) { return sha256_text(presented); }

bool looks_like_client_secret(std::string_view text) {
  return text.size() == client_secret_bytes && text.starts_with(client_secret_prefix) &&
         checksum(text.substr(0, text.size() - checksum_characters)) ==
             text.substr(text.size() - checksum_characters);
}

std::optional<SecretId> matching_secret(std::string_view presented, const Application* application,
                                        Timestamp now) {
  if (presented.size() > client_secret_bytes_max) return std::nullopt;
  const std::string digest = client_secret_digest(presented);
  static const std::string no_digest(32, '\0');
  const std::size_t stored = application != nullptr ? application->secrets.size() : 0;
  std::optional<SecretId> matched;
  // As many comparisons for every client, known or not.
  for (std::size_t i = 0; i < std::max(stored, live_secrets_max); ++i) {
    const ClientSecret* const secret = i < stored ? &application->secrets[i] : nullptr;
    const bool equal =
        equal_in_constant_time(digest, secret != nullptr ? secret->digest : no_digest);
    if (equal && secret != nullptr && secret->live(now)) matched = secret->id;
  }
  return matched;
}

}  // namespace optare
