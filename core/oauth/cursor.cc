#include "core/oauth/cursor.h"

#include "core/base/assert.h"
#include "core/base/encoding.h"

namespace optare {
namespace {
constexpr std::size_t cursor_mac_bytes = 16;
constexpr std::size_t cursor_bytes_max = (cursor_mac_bytes + cursor_place_bytes_max) * 4 / 3 + 1;
}  // namespace

std::string Cursors::mac(std::string_view list, std::string_view place) const {
  std::string covered(list);
  covered += '\0';
  covered += place;
  return std::string(text_of(hmac_sha256(key_, covered)).substr(0, cursor_mac_bytes));
}

std::string Cursors::to(std::string_view list, std::string_view place) const {
  OPTARE_ASSERT(place.size() <= cursor_place_bytes_max &&
                list.find('\0') == std::string_view::npos);
  std::string bytes = mac(list, place);
  bytes += place;
  return base64url(bytes_of(bytes));
}

Result<std::string> Cursors::from(std::string_view list, std::string_view cursor) const {
  const auto bytes = cursor.size() <= cursor_bytes_max ? from_base64url(cursor) : std::nullopt;
  if (bytes && bytes->size() >= cursor_mac_bytes) {
    std::string place = bytes->substr(cursor_mac_bytes);
    if (equal_in_constant_time(mac(list, place),
                               std::string_view(*bytes).substr(0, cursor_mac_bytes)))
      return place;
  }
  return reject(Code::invalid, "the cursor is not one that this list gave: start again without it");
}

}  // namespace optare
