#include "core/oauth/scope.h"

#include <algorithm>

namespace optare {
namespace {

bool is_scope_character(char c) {
  return c == '!' || (c >= '#' && c <= '[') || (c >= ']' && c <= '~');
}

std::vector<std::string> sorted(std::vector<std::string> names) {
  std::ranges::sort(names);
  const auto repeated = std::ranges::unique(names);
  names.erase(repeated.begin(), repeated.end());
  return names;
}

}  // namespace

bool is_scope_name(std::string_view text) {
  return !text.empty() && text.size() <= scope_name_bytes_max &&
         std::ranges::all_of(text, is_scope_character);
}

Result<ScopeSet> ScopeSet::parse(std::string_view text) {
  if (text.size() > scope_bytes_max)
    return reject(Code::invalid_scope,
                  "scope is longer than " + std::to_string(scope_bytes_max) + " bytes");
  std::vector<std::string> names;
  while (true) {
    const std::size_t space = text.find(' ');
    const std::string_view name = text.substr(0, space);
    if (!is_scope_name(name))
      return reject(Code::invalid_scope, "scope is not a list of names separated by single spaces");
    if (names.size() == scope_names_max)
      return reject(Code::invalid_scope,
                    "scope has more than " + std::to_string(scope_names_max) + " names");
    names.emplace_back(name);
    if (space == std::string_view::npos) break;
    text.remove_prefix(space + 1);
  }
  ScopeSet set;
  set.names_ = sorted(std::move(names));
  return set;
}

}  // namespace optare
