#include "ops/moved.h"

#include <fmt/format.h>

#include <fstream>

#include "ops/files.h"

namespace optare {

std::filesystem::path moved_file_of(const std::filesystem::path& data) { return data / "moved"; }

void mark_moved(const std::filesystem::path& data, const std::string& where) {
  write_file_durably(moved_file_of(data), where + '\n', 0600);
}

std::optional<std::string> moved_notice(const std::filesystem::path& data) {
  const auto path = moved_file_of(data);
  std::ifstream file(path);
  if (!file) return std::nullopt;
  std::string where;
  std::getline(file, where);
  return fmt::format(
      "this deployment was moved to {} and goes on there: what were written here would be lost. If "
      "the move was never finished, run `optare log import` again; if the new log was never used "
      "and you want to go on here, delete {} and throw the new log away",
      where, path.string());
}

}  // namespace optare
