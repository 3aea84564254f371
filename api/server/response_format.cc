#include "api/server/response_format.h"

#include <charconv>

#include "core/base/assert.h"

namespace optare {
namespace {

void append_number(std::string& out, std::size_t number, int base) {
  char digits[20];
  const auto end = std::to_chars(digits, digits + sizeof digits, number, base).ptr;
  out.append(digits, end);
}

void append_field(std::string& out, std::string_view name, std::string_view value) {
  const auto append_clean = [&out](std::string_view text) {
    bool clean = true;  // No way out in between: so that it runs over many bytes at once.
    for (const char c : text) clean &= static_cast<unsigned char>(c) >= 0x20 && c != 0x7F;
    if (clean) {
      out += text;
      return;
    }
    for (const char c : text) {
      out += static_cast<unsigned char>(c) < 0x20 || c == 0x7F ? ' ' : c;
    }
  };
  append_clean(name);
  out += ": ";
  append_clean(value);
  out += "\r\n";
}

bool has_body(int status) { return status >= 200 && status != 204 && status != 304; }

}  // namespace

std::string_view DateField::at(std::time_t now) {
  if (now != second_) {
    // RFC 9110 section 5.6.7; strftime would follow the locale.
    constexpr const char* days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    constexpr const char* months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    std::tm t{};
    gmtime_r(&now, &t);
    const auto two = [this](int n) {
      text_ += static_cast<char>('0' + n / 10);
      text_ += static_cast<char>('0' + n % 10);
    };
    text_.assign(days[t.tm_wday]);
    text_ += ", ";
    two(t.tm_mday);
    text_.append(" ").append(months[t.tm_mon]).append(" ");
    append_number(text_, static_cast<std::size_t>(t.tm_year + 1900), 10);
    text_ += ' ';
    two(t.tm_hour);
    text_ += ':';
    two(t.tm_min);
    text_ += ':';
    two(t.tm_sec);
    text_ += " GMT";
    second_ = now;
  }
  return text_;
}

void RequestIds::next(std::string& id) {
  // SplitMix64: distinct for 2^64 calls; it names a request, it guards nothing.
  std::uint64_t z = (state_ += 0x9E3779B97F4A7C15U);
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
  z ^= z >> 31;
  id.resize(16);
  for (std::size_t i = 0; i < 16; ++i) id[i] = "0123456789abcdef"[(z >> (60 - 4 * i)) & 15U];
}

void append_response(std::string& out, const Response& response, const ResponseContext& context) {
  out += "HTTP/1.1 ";
  append_number(out, static_cast<std::size_t>(response.status), 10);
  out += ' ';
  out += reason_phrase(response.status);
  out += "\r\nDate: ";
  out += context.date;
  out += "\r\nX-Request-Id: ";
  out += context.request_id;
  out += "\r\n";
  for (const Header& field : response.headers) append_field(out, field.name, field.value);
  if (!context.keep_alive) {
    out += "Connection: close\r\n";
  } else if (context.http_1_0) {
    out += "Connection: keep-alive\r\n";
  }
  if (response.stream) {
    out += context.chunked ? "Transfer-Encoding: chunked\r\n\r\n" : "\r\n";
    return;
  }
  if (!has_body(response.status)) {
    out += "\r\n";
    return;
  }
  out += "Content-Length: ";
  append_number(out, response.body.size(), 10);
  out += "\r\n\r\n";
  if (!context.head_only) out += response.body;
}

void append_chunk(std::string& out, std::string_view bytes) {
  OPTARE_ASSERT(!bytes.empty());
  append_number(out, bytes.size(), 16);
  out += "\r\n";
  out += bytes;
  out += "\r\n";
}

}  // namespace optare
