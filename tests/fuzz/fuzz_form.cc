#include "api/http/form.h"
#include "core/base/assert.h"

using namespace optare;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto form = parse_form({reinterpret_cast<const char*>(data), size});
  if (!form) return 0;
  OPTARE_ASSERT(form->pairs.size() <= form_parameters_max);
  for (const auto& [name, value] : form->pairs) {
    OPTARE_ASSERT(name.size() <= form_name_bytes_max && value.size() <= form_value_bytes_max);
    OPTARE_ASSERT(is_utf8(name) && is_utf8(value) && !value.contains('\0'));
    OPTARE_ASSERT(value.empty() || form->one(name).has_value());
  }
  return 0;
}
