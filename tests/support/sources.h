// The project's own sources, as the house tests read them.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace optare::house {

struct Source {
  std::string path;  // from the root: "core/base/result.h"
  std::vector<std::string> lines;

  bool header() const { return path.ends_with(".h"); }
  bool beneath(std::string_view folder) const {
    return path.starts_with(std::string(folder) + "/");
  }
};

// Every .h and .cc beneath the root's folders, sorted; generated and built files are not among
// them.
std::vector<Source> all_sources();
std::vector<std::string> split_lines(const std::string& text);

}  // namespace optare::house
