// Scopes: RFC 6749 section 3.3.
#pragma once

#include <ranges>
#include <string>
#include <string_view>
#include <vector>

#include "core/api/api.h"
#include "core/base/result.h"

namespace optare {

constexpr std::size_t scope_bytes_max = 4096;  // of a whole `scope` parameter; ours (CVE-2026-4634)
constexpr std::size_t scope_names_max = 100;   // as many as an API may have

// 1..64 bytes of %x21 / %x23-5B / %x5D-7E (`scope-token`; the length is ours).
bool is_scope_name(std::string_view text);

// Names as `scope` is spoken: a space between.
template <std::ranges::range Names>
std::string scope_text(const Names& names) {
  std::string text;
  for (const std::string_view name : names) {
    if (!text.empty()) text += ' ';
    text += name;
  }
  return text;
}

// A set of scope names, sorted. Exists only if every name is legal.
class ScopeSet {
 public:
  ScopeSet() = default;
  // Names separated by single spaces; duplicates collapse.
  // Errors: invalid_scope, when empty, malformed or over a limit.
  [[nodiscard]] static Result<ScopeSet> parse(std::string_view text);

  const std::vector<std::string>& names() const { return names_; }
  bool empty() const { return names_.empty(); }
  std::string text() const { return scope_text(names_); }

  bool operator==(const ScopeSet&) const = default;

 private:
  std::vector<std::string> names_;
};

}  // namespace optare
