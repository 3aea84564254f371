// What a connection keeps for its next request.
#pragma once

#include <cstddef>
#include <string>

namespace optare {

// Empties `text`. Its memory goes when that is more than `bytes_max`: assigning an empty string
// would keep it.
inline void empty(std::string& text, std::size_t bytes_max) {
  if (text.capacity() > bytes_max) std::string().swap(text);
  text.clear();
}

}  // namespace optare
