#include "tests/support/sources.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>

namespace optare::house {

std::vector<std::string> split_lines(const std::string& text) {
  std::vector<std::string> lines;
  std::size_t begin = 0;
  while (begin < text.size()) {
    const auto end = std::min(text.find('\n', begin), text.size());
    lines.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return lines;
}

std::vector<Source> all_sources() {
  constexpr std::array folders{"core", "commands", "projections", "api", "ops", "tests"};
  const std::filesystem::path root = OPTARE_SOURCE_DIR;
  std::vector<Source> sources;
  for (const char* folder : folders) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root / folder)) {
      const auto extension = entry.path().extension();
      if (extension != ".h" && extension != ".cc") continue;
      std::ifstream file(entry.path());
      const std::string text{std::istreambuf_iterator<char>(file), {}};
      sources.push_back(
          {std::filesystem::relative(entry.path(), root).string(), split_lines(text)});
    }
  }
  std::ranges::sort(sources, {}, &Source::path);
  return sources;
}

}  // namespace optare::house
