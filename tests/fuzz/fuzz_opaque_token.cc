// Opaque access tokens: nothing opens that was not sealed, whatever its form.
#include "core/base/assert.h"
#include "core/oauth/opaque_token.h"

using namespace optare;

namespace {
struct Zeros final : Random {
  void fill(std::span<std::uint8_t> out) override { std::ranges::fill(out, std::uint8_t{0}); }
};

const OpaqueTokens& tokens() {
  static Zeros zeros;
  static const std::array<FleetKey, 1> keys{FleetKey{1, Secret(std::string(32, 'f'))}};
  static const OpaqueTokens made(keys, 1, "https://issuer.example", zeros);
  return made;
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto token = tokens().open({reinterpret_cast<const char*>(data), size});
  OPTARE_ASSERT(!token);  // Its seal would have to be guessed.
  return 0;
}
