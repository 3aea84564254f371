#include "core/base/assert.h"
#include "core/issuance/batch.h"

using namespace optare;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto batch = parse_batch({reinterpret_cast<const char*>(data), size});
  if (batch) OPTARE_ASSERT(batch->start_id.size() == 16 && batch->previous_hash.size() == 32);
  return 0;
}
