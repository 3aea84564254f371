// Strong ids. A constructor, no way back by accident.
//
// Ids are opaque, case-sensitive ASCII, at most `id_bytes_max` bytes. The shell makes them
// (core/base/id.cc, from 128 random bits, base62); the domain only compares them.
#pragma once

#include <compare>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace optare {

constexpr std::size_t id_bytes_max = 64;  // ours

template <class Tag>
class Id {
 public:
  Id() = default;  // empty: names nothing
  explicit Id(std::string text) : text_(std::move(text)) {}
  explicit Id(std::string_view text) : text_(text) {}
  explicit Id(const char* text) : text_(text) {}
  const std::string& text() const { return text_; }
  bool empty() const { return text_.empty(); }
  auto operator<=>(const Id&) const = default;

 private:
  std::string text_;
};

using ClientId = Id<struct ClientIdTag>;  // "srv_" + 22 base62
using ApiId = Id<struct ApiIdTag>;        // "api_" + 22 base62
using SecretId = Id<struct SecretIdTag>;  // "sec_" + 22 base62
using KeyId = Id<struct KeyIdTag>;        // "key_" + 22 base62; the JWK's `kid`
using TokenId = Id<struct TokenIdTag>;    // "00" (tokens partition) + 22 base62; the `jti`

// 1..64 of [A-Za-z0-9_-].
bool is_id_text(std::string_view text);

}  // namespace optare

template <class Tag>
struct std::hash<optare::Id<Tag>> {
  std::size_t operator()(const optare::Id<Tag>& id) const noexcept {
    return std::hash<std::string>{}(id.text());
  }
};
