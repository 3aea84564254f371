#include "core/base/id.h"

#include <algorithm>

namespace optare {

bool is_id_text(std::string_view text) {
  const auto legal = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_' ||
           c == '-';
  };
  return !text.empty() && text.size() <= id_bytes_max && std::ranges::all_of(text, legal);
}

}  // namespace optare
