#include "tests/support/golden_file.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include "tests/support/temporary_directory.h"

namespace optare::golden {
namespace {

bool updating() {
  const auto arguments = testing::internal::GetArgvs();
  return std::ranges::find(arguments, "--update-golden") != arguments.end();
}

}  // namespace

std::filesystem::path folder() {
  return std::filesystem::path(OPTARE_SOURCE_DIR) / "tests" / "golden";
}

std::optional<std::string> read(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream) return std::nullopt;
  return std::string(std::istreambuf_iterator<char>(stream), {});
}

std::string golden(const std::filesystem::path& file, const std::string& now) {
  if (!std::filesystem::exists(file) && updating()) {
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << now;
  }
  const auto bytes = read(file);
  EXPECT_TRUE(bytes) << file << " is missing: golden_tests --update-golden writes it";
  return bytes.value_or("");
}

std::string json_by_flatc(const std::filesystem::path& file, const std::string& schema,
                          const std::string& table) {
  const TemporaryDirectory out;
  const auto schemas = std::filesystem::path(OPTARE_SOURCE_DIR) / "schemas";
  const auto command = fmt::format(
      "flatc --json --strict-json --raw-binary --defaults-json --root-type optare.schema.{} -o {} "
      "{} "
      "-- {}",
      table, out.path().string(), (schemas / (schema + ".fbs")).string(), file.string());
  EXPECT_EQ(std::system(command.c_str()), 0) << command;
  return read(out.path() / (file.stem().string() + ".json")).value_or("flatc said nothing");
}

}  // namespace optare::golden
