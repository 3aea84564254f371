// What the documents say of settings and exit codes is what the program does.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <fstream>
#include <regex>
#include <set>
#include <sstream>

#include "ops/cli/exit_code.h"
#include "ops/config.h"

namespace optare {
namespace {

std::string file_text(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// What stands between the line that begins with `from` and the line that begins with `to`.
std::string between(const std::string& text, const std::string& from, const std::string& to) {
  const auto marker = text.find(from);
  const auto begin = text.find('\n', marker);
  const auto end = text.find(to);
  if (marker == std::string::npos || end == std::string::npos) return "no such part";
  return text.substr(begin + 1, end - begin - 1);
}

TEST(OperatingGuide, ListsEverySettingAsItIs) {
  const auto guide = file_text(OPTARE_SOURCE_DIR "/ops/README.md");
  EXPECT_EQ(between(guide, "<!-- settings", "<!-- end of settings"), config_reference())
      << "put the output of `optare serve --print-reference` there";
}

TEST(OperatingGuide, ListsEveryExitCodeAsItIs) {
  std::string table = "| Exit code | Meaning |\n|---|---|\n";
  for (const auto& row : exit_codes)
    table += fmt::format("| {} | {} |\n", code_of(row.code), row.meaning);
  const auto guide = file_text(OPTARE_SOURCE_DIR "/ops/README.md");
  EXPECT_EQ(between(guide, "<!-- exit codes", "<!-- end of exit codes"), table);
}

// The names that stand in quotes or back-quotes and look like ours.
std::set<std::string> metric_names(const std::string& text) {
  static const std::regex name("[\"`]((optare|process)_[a-z_]+)[\"`]");
  std::set<std::string> names;
  for (std::sregex_iterator at(text.begin(), text.end(), name); at != std::sregex_iterator(); ++at)
    names.insert((*at)[1]);
  return names;
}

TEST(OperatingGuide, ListsEveryMetric) {
  const auto guide = file_text(OPTARE_SOURCE_DIR "/ops/README.md");
  const auto listed = metric_names(between(guide, "<!-- metrics", "<!-- end of metrics"));
  EXPECT_GT(listed.size(), 15U);
  EXPECT_EQ(listed, metric_names(file_text(OPTARE_SOURCE_DIR "/ops/metrics.cc") +
                                 file_text(OPTARE_SOURCE_DIR "/ops/kafka_metrics.cc") +
                                 file_text(OPTARE_SOURCE_DIR "/ops/forwarding.cc")));
}

}  // namespace
}  // namespace optare
