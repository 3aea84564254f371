// The rules of the house that a machine can see.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <regex>
#include <set>

#include "tests/support/sources.h"

namespace optare::house {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::size_t file_lines_max = 500;  // split at 500, question at 300
constexpr std::size_t function_lines_max = 70;

using Findings = std::vector<std::string>;

std::string at(const Source& source, std::size_t line) {
  return fmt::format("{}:{}", source.path, line + 1);
}

// Where a definition may begin at this depth: 0 in a namespace, 2 in a class.
bool begins_definition(const std::string& line, std::size_t depth) {
  static const std::regex other(
      "^ *(namespace|class|struct|enum|union|extern|template|constexpr|"
      "const|static const|inline constexpr|using|TYPED_TEST_SUITE|INSTANTIATE_TEST_SUITE_P)\\b");
  return line.find_first_not_of(' ') == depth && !std::string_view("#}/").contains(line[depth]) &&
         !std::regex_search(line, other);
}

// A definition ends with a brace where it began; what precedes its first brace may take several
// lines.
Findings long_functions(const std::vector<Source>& sources, std::size_t depth) {
  const std::string last = std::string(depth, ' ') + "}";
  Findings found;
  for (const Source& source : sources) {
    std::optional<std::size_t> begin;
    bool inside = false;
    for (std::size_t i = 0; i < source.lines.size(); ++i) {
      const std::string& line = source.lines[i];
      const bool ends = line.starts_with(last);
      if (inside && !ends && !line.starts_with("}")) continue;
      if (inside && ends && i - *begin + 1 > function_lines_max)
        found.push_back(fmt::format("{}: {} lines", at(source, *begin), i - *begin + 1));
      if (inside) begin.reset();
      if (begins_definition(line, depth)) begin = i;
      if (line.empty() || line.ends_with(";") || line.ends_with("}")) begin.reset();
      inside = begin && line.ends_with("{");
    }
  }
  return found;
}

// Without comments and without what stands in quotes.
std::string code_of(std::string line) {
  static const std::regex quoted(R"("([^"\\]|\\.)*")");
  line = std::regex_replace(line, quoted, "\"\"");
  if (const auto comment = line.find("//"); comment != std::string::npos) line.resize(comment);
  return line;
}

// Lines whose code matches, outside of the files that `except` names.
Findings lines_with(const std::vector<Source>& sources, const std::string& pattern,
                    const std::function<bool(const Source&)>& looked_at) {
  const std::regex expression(pattern);
  Findings found;
  for (const Source& source : sources) {
    if (!looked_at(source)) continue;
    for (std::size_t i = 0; i < source.lines.size(); ++i) {
      const std::string code = code_of(source.lines[i]);
      if (std::regex_search(code, expression)) found.push_back(at(source, i) + ": " + code);
    }
  }
  return found;
}

// Types that two files define under the same name in the same namespace: linked into one program,
// the members of one would run on the other. Benchmarks are programs of their own.
Findings twice_defined(const std::vector<Source>& sources) {
  static const std::regex space(R"(^namespace ?([\w:]*) \{)");
  static const std::regex type(R"(^(?:class|struct|union|enum class) (\w+)(?: [^;]*)?$)");
  std::map<std::string, std::string> places;
  Findings found;
  for (const Source& source : sources) {
    if (source.beneath("ops/benchmarks")) continue;
    std::vector<std::string> spaces;
    for (const std::string& line : source.lines) {
      std::smatch is;
      if (std::regex_search(line, is, space)) spaces.push_back(is[1]);
      if (line.starts_with("}  // namespace")) spaces.pop_back();
      if (std::ranges::find(spaces, "") != spaces.end() || !std::regex_search(line, is, type))
        continue;
      const std::string name = fmt::format("{}::{}", fmt::join(spaces, "::"), is[1].str());
      const auto [known, is_new] = places.try_emplace(name, source.path);
      if (!is_new && known->second != source.path)
        found.push_back(fmt::format("{}: {} and {}", name, known->second, source.path));
    }
  }
  return found;
}

bool is_domain(const Source& source) {
  static const std::array folders{"core/application", "core/api",    "core/signing_key",
                                  "core/revocation",  "core/system", "core/oauth",
                                  "core/log",         "commands"};
  return std::ranges::any_of(folders, [&](const char* folder) { return source.beneath(folder); });
}
bool is_product(const Source& source) { return !source.beneath("tests"); }

TEST(HouseRules, FilesAreOneIdea) {
  Findings found;
  for (const Source& source : all_sources()) {
    if (source.lines.size() > file_lines_max)
      found.push_back(fmt::format("{}: {} lines", source.path, source.lines.size()));
  }
  EXPECT_THAT(found, IsEmpty());
}

TEST(HouseRules, FunctionsAreShort) {
  for (const std::size_t depth : {0U, 2U})
    EXPECT_THAT(long_functions(all_sources(), depth), IsEmpty());
}

TEST(HouseRules, HeadersSayWhatTheyAreFor) {
  Findings found;
  for (const Source& source : all_sources()) {
    if (!source.header()) continue;
    const bool says = !source.lines.empty() && source.lines.front().starts_with("// ");
    const bool once = std::ranges::find(source.lines, "#pragma once") != source.lines.end();
    if (!says || !once) found.push_back(source.path);
  }
  EXPECT_THAT(found, IsEmpty());
}

TEST(HouseRules, DomainAndCommandsNeitherThrowNorCatch) {
  // What a log adapter throws is declared where the port is.
  EXPECT_THAT(lines_with(all_sources(), R"(\b(throw|try|catch)\b)", is_domain), IsEmpty());
}

TEST(HouseRules, NobodyOwnsByHand) {
  // A private constructor is out of make_unique's reach: there a unique_ptr takes it at once.
  EXPECT_THAT(
      lines_with(all_sources(),
                 R"(^(?!.*unique_ptr<\w+> \w+\(new ).*\bnew [A-Z]\w*[({]|\bdelete \w)", is_product),
      IsEmpty());
}

TEST(HouseRules, NoTwoTypesHaveOneName) { EXPECT_THAT(twice_defined(all_sources()), IsEmpty()); }

TEST(HouseRules, HeadersDoNotOpenNamespaces) {
  EXPECT_THAT(
      lines_with(all_sources(), "using namespace", [](const Source& s) { return s.header(); }),
      IsEmpty());
}

TEST(HouseRules, NothingIsSkippedOrLeftToDo) {
  // Put together, so that this line is not its own finding.
  const std::string pattern =
      std::string("TO") + "DO|FIX" + "ME|\\bX" + "XX\\b|GTEST_" + "SKIP|DISABLED" + "_";
  Findings found;
  const std::regex expression(pattern);
  for (const Source& source : all_sources()) {
    for (std::size_t i = 0; i < source.lines.size(); ++i) {
      if (std::regex_search(source.lines[i], expression)) found.push_back(at(source, i));
    }
  }
  EXPECT_THAT(found, IsEmpty());
}

TEST(HouseRules, CoroutinesAreStartedInFewPlaces) {
  const std::set<std::string> places{"api/server/server.cc",  "api/server/connection.cc",
                                     "api/server/chunked.cc", "ops/stepped_command.cc",
                                     "ops/policies.cc",       "ops/offline.cc"};
  EXPECT_THAT(lines_with(all_sources(), R"(\bco_spawn\()",
                         [&](const Source& s) {
                           return is_product(s) && !s.beneath("ops/benchmarks") &&
                                  !places.contains(s.path);
                         }),
              IsEmpty());
}

TEST(HouseRules, TheTopLevelHoldsWhatTheDesignNames) {
  const std::set<std::string> named{"CMakeLists.txt",
                                    "CMakePresets.json",
                                    "core",
                                    "commands",
                                    "projections",
                                    "api",
                                    "schemas",
                                    "ops",
                                    "tests",
                                    "README.md",
                                    "ARCHITECTURE.md",
                                    "CONTRIBUTING.md",
                                    "CHANGELOG.md",
                                    "SECURITY.md",
                                    "LICENSE",
                                    "build",
                                    "data",
                                    "data.key"};
  Findings found;
  for (const auto& entry : std::filesystem::directory_iterator(OPTARE_SOURCE_DIR)) {
    const auto name = entry.path().filename().string();
    if (!name.starts_with(".") && !named.contains(name)) found.push_back(name);
  }
  EXPECT_THAT(found, IsEmpty());
}

TEST(HouseRules, ScriptsStopAtTheFirstFault) {
  Findings found;
  for (const auto& entry :
       std::filesystem::directory_iterator(std::filesystem::path(OPTARE_SOURCE_DIR) / "ops")) {
    if (!entry.is_regular_file() || entry.path().has_extension()) continue;
    std::ifstream file(entry.path());
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    if (text.starts_with("#!/usr/bin/env bash") && !text.contains("\nset -euo pipefail\n"))
      found.push_back(entry.path().filename().string());
  }
  EXPECT_THAT(found, IsEmpty());
}

TEST(HouseRules, SeeWhatTheyLookFor) {
  Source source{"core/oauth/scope.cc", {"int f() {"}};
  source.lines.insert(source.lines.end(), 70, "  ++x;");
  source.lines.emplace_back("}");
  EXPECT_THAT(long_functions({source}, 0), ElementsAre("core/oauth/scope.cc:1: 72 lines"));
  source.lines.insert(source.lines.begin(), {"int f(int a,", "      int b)"});
  source.lines[2] = "    : A(b) {";
  EXPECT_THAT(long_functions({source}, 0), ElementsAre("core/oauth/scope.cc:1: 74 lines"));
  for (std::string& line : source.lines) line.insert(0, "  ");
  source.lines.insert(source.lines.begin(), "struct S {");
  EXPECT_THAT(long_functions({source}, 2), ElementsAre("core/oauth/scope.cc:2: 74 lines"));
  const std::vector<Source> planted{{"core/oauth/a.cc", {"  throw 1;", "  // nothing to throw"}},
                                    {"ops/b.cc", {"  auto* p = new Thing(1);"}}};
  EXPECT_EQ(lines_with(planted, R"(\b(throw|try|catch)\b)", is_domain).size(), 1U);
  EXPECT_EQ(lines_with(planted, R"(\bnew [A-Z]\w*[({])", is_product).size(), 1U);
  const std::vector<std::string> one{"namespace optare {", "struct A {", "}  // namespace optare"};
  const std::vector<std::string> hidden{"namespace optare {", "namespace {", "struct A {",
                                        "}  // namespace", "}  // namespace optare"};
  EXPECT_THAT(twice_defined({{"a.h", one}, {"b.cc", hidden}}), IsEmpty());
  EXPECT_THAT(twice_defined({{"a.h", one}, {"b.h", one}}), ElementsAre("optare::A: a.h and b.h"));
}

}  // namespace
}  // namespace optare::house
