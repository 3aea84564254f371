// The chunked transfer coding, RFC 9112 section 7.1, strictly.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace optare {

// Takes bytes as they come. Extensions and trailer fields are read and dropped.
class ChunkedDecoder {
 public:
  enum class Step { need_more, done, malformed, body_too_large, overhead_too_large };

  // Limits: decoded bytes; bytes of all extensions and trailers together.
  ChunkedDecoder(std::size_t body_bytes_max, std::size_t overhead_bytes_max)
      : body_bytes_max_(body_bytes_max), overhead_bytes_max_(overhead_bytes_max) {}

  // Appends to `body`; `consumed` is how much of `bytes` was taken (all of it for need_more).
  Step read(std::string_view bytes, std::string& body, std::size_t& consumed);

 private:
  enum class At {
    size_first,
    size,
    extension,
    size_lf,
    data,
    data_cr,
    data_lf,
    trailer_first,
    trailer,
    trailer_lf,
    end_lf,
    done,
  };

  Step take(char c);

  std::size_t body_bytes_max_;
  std::size_t overhead_bytes_max_;
  At at_ = At::size_first;
  std::uint64_t chunk_left_ = 0;
  std::size_t body_bytes_ = 0;
  std::size_t overhead_bytes_ = 0;
};

}  // namespace optare
