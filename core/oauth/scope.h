// Scopes: RFC 6749 section 3.3.
#pragma once

#include <span>
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

// A set of scope names, sorted. Exists only if every name is legal.
class ScopeSet {
 public:
  ScopeSet() = default;
  // Names separated by single spaces; duplicates collapse.
  // Errors: invalid_scope, when empty, malformed or over a limit.
  [[nodiscard]] static Result<ScopeSet> parse(std::string_view text);
  // Of names that were checked when they were stored.
  static ScopeSet of(std::span<const std::string> names);

  const std::vector<std::string>& names() const { return names_; }
  bool empty() const { return names_.empty(); }
  bool contains(std::string_view name) const;
  bool subset_of(const ScopeSet& other) const;
  ScopeSet intersection(const ScopeSet& other) const;
  std::string text() const;  // as `scope` is spoken

  bool operator==(const ScopeSet&) const = default;

 private:
  std::vector<std::string> names_;
};

}  // namespace optare
