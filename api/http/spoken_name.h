// Whether a name that the caller chose may be repeated to him: what stands where a name belongs may
// be a secret, and an answer ends up in logs of others.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace optare {

constexpr std::size_t spoken_name_bytes_max = 32;  // ours; longer than any name of ours

// Names of ours are short and have no digits; secrets and tokens are long and have some.
inline bool may_be_spoken(std::string_view name) {
  return name.size() <= spoken_name_bytes_max &&
         std::ranges::none_of(name, [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace optare
