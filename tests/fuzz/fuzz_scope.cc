#include "core/api/api.h"
#include "core/base/assert.h"
#include "core/oauth/scope.h"

using namespace optare;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto scopes = ScopeSet::parse(text)) {
    OPTARE_ASSERT(!scopes->empty() && scopes->names().size() <= scope_names_max &&
                  size <= scope_bytes_max);
    for (const std::string& name : scopes->names()) OPTARE_ASSERT(is_scope_name(name));
    OPTARE_ASSERT(ScopeSet::parse(scopes->text()) == *scopes);
  }
  if (validate_identifier(text))
    OPTARE_ASSERT(size <= api_identifier_bytes_max && !text.contains('#'));
  return 0;
}
