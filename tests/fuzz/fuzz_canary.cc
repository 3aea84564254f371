// Proves that the harness notices: its corpus holds the one input that must fail.
#include <cstdint>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (std::string_view(reinterpret_cast<const char*>(data), size) == "canary") std::_Exit(1);
  return 0;
}
