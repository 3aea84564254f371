#include "core/base/assert.h"
#include "core/oauth/cursor.h"

using namespace optare;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Cursors cursors(FleetKey{1, Secret(std::string(32, 'f'))});
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto place = cursors.from("applications", text))
    OPTARE_ASSERT(cursors.to("applications", *place) == text);
  if (size <= cursor_place_bytes_max)
    OPTARE_ASSERT(cursors.from("apis", cursors.to("apis", text)) == text);
  return 0;
}
