// What was released never changes: schemas/released/<level>/ holds each schema as it was then.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <regex>
#include <set>

#include "tests/support/sources.h"
#include "tests/support/temporary_directory.h"

namespace optare::house {
namespace {

using testing::IsEmpty;

const std::filesystem::path schemas = std::filesystem::path(OPTARE_SOURCE_DIR) / "schemas";

std::string text_of_file(const std::filesystem::path& file) {
  std::ifstream stream(file);
  return {std::istreambuf_iterator<char>(stream), {}};
}

std::vector<std::filesystem::path> released() {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(schemas / "released")) {
    if (entry.path().extension() == ".fbs") files.push_back(entry.path());
  }
  return files;
}

bool conforms(const std::filesystem::path& now, const std::filesystem::path& then) {
  const auto command = fmt::format("flatc --conform {} {} 2>&1", then.string(), now.string());
  return std::system(command.c_str()) == 0;
}

// "Table.field:type" of each field, comments and attributes aside. flatc does not miss a field that
// was renamed or removed; this does.
std::set<std::string> fields_of(const std::string& schema) {
  static const std::regex comment("//[^\n]*");
  static const std::regex block(R"((table|enum)\s+(\w+)[^{]*\{([^}]*)\})");
  static const std::regex field(R"((\w+)\s*[:=]\s*([\[\]\w]+))");
  const std::string code = std::regex_replace(schema, comment, "");
  std::set<std::string> fields;
  for (std::sregex_iterator at(code.begin(), code.end(), block), end; at != end; ++at) {
    const std::string body = (*at)[3];
    for (std::sregex_iterator in(body.begin(), body.end(), field); in != end; ++in)
      fields.insert(fmt::format("{}.{}:{}", (*at)[2].str(), (*in)[1].str(), (*in)[2].str()));
  }
  return fields;
}

TEST(ReleasedSchemas, AreThereForEverySchemaThatIsWritten) {
  std::set<std::string> then;
  for (const auto& file : released()) then.insert(file.filename().string());
  for (const auto& entry : std::filesystem::directory_iterator(schemas)) {
    if (entry.path().extension() == ".fbs")
      EXPECT_TRUE(then.contains(entry.path().filename().string())) << entry.path();
  }
}

TEST(ReleasedSchemas, StillHold) {
  for (const auto& then : released()) {
    const auto now = schemas / then.filename();
    EXPECT_TRUE(conforms(now, then)) << now;
    const auto fields = fields_of(text_of_file(now));
    EXPECT_FALSE(fields.empty()) << now;
    for (const std::string& field : fields_of(text_of_file(then)))
      EXPECT_TRUE(fields.contains(field)) << now << ": " << field << " was there once";
  }
}

TEST(ReleasedSchemas, WouldShowAChange) {
  const TemporaryDirectory folder;
  const auto then = schemas / "released" / "1" / "application.fbs";
  std::string changed = text_of_file(then);
  changed = std::regex_replace(changed, std::regex("overlap_ms:ulong"), "overlap_ms:uint");
  std::ofstream(folder / "application.fbs") << changed;
  EXPECT_FALSE(conforms(folder / "application.fbs", then));
  const auto renamed = std::regex_replace(text_of_file(then), std::regex("overlap_ms"), "overlap");
  EXPECT_FALSE(fields_of(renamed).contains("SecretRotated.overlap_ms:ulong"));
  EXPECT_TRUE(fields_of(text_of_file(then)).contains("SecretRotated.overlap_ms:ulong"));
}

}  // namespace
}  // namespace optare::house
