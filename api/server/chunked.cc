#include "api/server/chunked.h"

#include <algorithm>

namespace optare {
namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool is_line_text(char c) {
  return c == '\t' || (static_cast<unsigned char>(c) >= 0x20 && c != 0x7F);
}

}  // namespace

ChunkedDecoder::Step ChunkedDecoder::read(std::string_view bytes, std::string& body,
                                          std::size_t& consumed) {
  consumed = 0;
  while (consumed < bytes.size()) {
    if (at_ == At::data) {
      const auto n =
          static_cast<std::size_t>(std::min<std::uint64_t>(chunk_left_, bytes.size() - consumed));
      body.append(bytes.substr(consumed, n));
      consumed += n;
      chunk_left_ -= n;
      if (chunk_left_ == 0) at_ = At::data_cr;
      continue;
    }
    const Step step = take(bytes[consumed++]);
    if (step != Step::need_more) return step;
  }
  return Step::need_more;
}

// One byte of everything that is not chunk data.
ChunkedDecoder::Step ChunkedDecoder::take(char c) {
  const auto expect = [&](char wanted, At next) {
    at_ = next;
    return c == wanted ? Step::need_more : Step::malformed;
  };
  const auto overhead = [&](At cr_leads_to) {
    if (c == '\r') {
      at_ = cr_leads_to;
      return Step::need_more;
    }
    if (++overhead_bytes_ > overhead_bytes_max_) return Step::overhead_too_large;
    return is_line_text(c) ? Step::need_more : Step::malformed;
  };
  switch (at_) {
    case At::size_first:
    case At::size: {
      const int digit = hex_digit(c);
      if (digit >= 0) {
        // A size above the limit ends here, so it cannot overflow; leading zeros are overhead.
        chunk_left_ = chunk_left_ * 16 + static_cast<std::uint64_t>(digit);
        if (chunk_left_ > body_bytes_max_ - body_bytes_) return Step::body_too_large;
        if (chunk_left_ == 0 && ++overhead_bytes_ > overhead_bytes_max_) {
          return Step::overhead_too_large;
        }
        at_ = At::size;
        return Step::need_more;
      }
      if (at_ == At::size_first) return Step::malformed;
      if (c != '\r' && c != ';' && c != ' ' && c != '\t') return Step::malformed;
      at_ = At::extension;
      return overhead(At::size_lf);
    }
    case At::extension:
      return overhead(At::size_lf);
    case At::size_lf:
      body_bytes_ += static_cast<std::size_t>(chunk_left_);
      return expect('\n', chunk_left_ == 0 ? At::trailer_first : At::data);
    case At::data:
      break;  // read() does it
    case At::data_cr:
      return expect('\r', At::data_lf);
    case At::data_lf:
      return expect('\n', At::size_first);
    case At::trailer_first:
      if (c == '\r') return expect('\r', At::end_lf);
      at_ = At::trailer;
      return overhead(At::trailer_lf);
    case At::trailer:
      return overhead(At::trailer_lf);
    case At::trailer_lf:
      return expect('\n', At::trailer_first);
    case At::end_lf:
      at_ = At::done;
      return c == '\n' ? Step::done : Step::malformed;
    case At::done:
      break;
  }
  return Step::malformed;
}

}  // namespace optare
