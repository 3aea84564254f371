// requirements.md says which clause is held by which test; here it is held to what it says.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>

namespace optare::conformance {
namespace {

const std::filesystem::path root = OPTARE_SOURCE_DIR;
const std::filesystem::path folder = root / "tests/conformance";

std::string text_of(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// "Suite.Name" of each test in a source.
std::set<std::string> tests_in(const std::filesystem::path& path) {
  static const std::regex declaration(R"((?:^|\n)TEST(?:_F|_P)?\(\s*(\w+),\s*(\w+)\))");
  const std::string text = text_of(path);
  std::set<std::string> tests;
  for (std::sregex_iterator test(text.begin(), text.end(), declaration), end; test != end; ++test)
    tests.insert((*test)[1].str() + "." + (*test)[2].str());
  return tests;
}

// Test -> the files that rows name for it.
std::map<std::string, std::set<std::string>> listed() {
  static const std::regex row(R"(\n\|[^\n]*\| `([\w.]+)` \| `([^`\n]+)` \|)");
  const std::string text = text_of(folder / "requirements.md");
  std::map<std::string, std::set<std::string>> all;
  for (std::sregex_iterator it(text.begin(), text.end(), row), end; it != end; ++it)
    all[(*it)[1]].insert((*it)[2]);
  return all;
}

TEST(Requirements, EveryTestTheyNameIsWhereTheySay) {
  ASSERT_FALSE(listed().empty());
  for (const auto& [test, files] : listed()) {
    for (const std::string& file : files)
      EXPECT_TRUE(tests_in(root / file).contains(test)) << test << " is not in " << file;
  }
}

TEST(Requirements, EveryRowHasATest) {
  std::istringstream lines(text_of(folder / "requirements.md"));
  int rows = 0;
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with('|') || line.starts_with("|---") || line.starts_with("| Clause ") ||
        line.starts_with("| Where "))
      continue;
    ++rows;
    EXPECT_TRUE(std::regex_search(line, std::regex(R"(\| `\w+\.\w+` \| `tests/[^`]+` \|$)")))
        << line;
  }
  EXPECT_GT(rows, 50);
}

TEST(Requirements, EveryTestOfThisFolderIsNamed) {
  const auto named = listed();
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (!entry.path().string().ends_with("_test.cc")) continue;
    for (const std::string& test : tests_in(entry.path())) {
      if (test.starts_with("Requirements.")) continue;
      EXPECT_TRUE(named.contains(test)) << "add " << test << " to requirements.md";
    }
  }
}

}  // namespace
}  // namespace optare::conformance
