// Runs a fuzz target over a kept corpus, as a normal test: every file, and every file cut short at
// each byte. For fuzzing proper the target is linked with libFuzzer instead (ops/build fuzz).
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

int main(int argc, char** argv) {
  constexpr std::size_t cuts_max = 4096;  // a long file is cut at its first bytes only
  std::size_t files = 0;
  for (int i = 1; i < argc; ++i) {
    for (const auto& entry : std::filesystem::directory_iterator(argv[i])) {
      std::ifstream in(entry.path(), std::ios::binary);
      const std::vector<char> text(std::istreambuf_iterator<char>(in), {});
      ++files;
      for (std::size_t cut = 0; cut <= text.size() && cut < cuts_max; ++cut) {
        // A copy of exactly this size: AddressSanitizer sees a read past its end.
        const std::vector<std::uint8_t> bytes(text.begin(), text.end() - static_cast<long>(cut));
        LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
      }
    }
  }
  std::printf("%zu files\n", files);
  return files > 0 ? 0 : 2;
}
