#include "core/base/assert.h"
#include "core/oauth/basic_credentials.h"
#include "core/oauth/client_secret.h"

using namespace optare;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto credentials = parse_basic_credentials({reinterpret_cast<const char*>(data), size});
  if (!credentials) {
    OPTARE_ASSERT(credentials.error().code == Code::invalid_client);
    return 0;
  }
  OPTARE_ASSERT(size <= basic_header_bytes_max && is_id_text(credentials->client_id.text()));
  OPTARE_ASSERT(!credentials->secret.empty() &&
                credentials->secret.reveal().size() <= client_secret_bytes_max);
  return 0;
}
