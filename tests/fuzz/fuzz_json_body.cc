#include <boost/json/serialize.hpp>

#include "api/http/json_body.h"
#include "core/base/assert.h"

using namespace optare;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto value = parse_json({reinterpret_cast<const char*>(data), size});
  if (!value) return 0;
  // What we accept is JSON: written out, it is accepted again.
  const std::string text = boost::json::serialize(*value);
  if (text.size() <= json_bytes_max) OPTARE_ASSERT(parse_json(text).has_value());
  if (const auto* object = value->if_object()) {
    JsonReader reader(*object);
    (void)reader.required_string("name");
    (void)reader.optional_strings("scopes");
    (void)reader.optional_objects("apis");
    (void)reader.optional_integer("overlap_seconds", 0, 604800);
    (void)reader.finish();
  }
  return 0;
}
