#include "ops/files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace optare {
namespace {

[[noreturn]] void fail(const std::filesystem::path& path, std::string_view what) {
  throw FileFault(fmt::format("{}: {}: {}", path.string(), what, std::strerror(errno)));
}

bool write_all(int file, std::string_view text) {
  while (!text.empty()) {
    const auto written = ::write(file, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

void sync_folder(const std::filesystem::path& folder) {
  const int file = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (file < 0) fail(folder, "cannot be opened");
  const bool synced = ::fsync(file) == 0;
  ::close(file);
  if (!synced) fail(folder, "cannot be synced");
}

std::filesystem::path folder_of(const std::filesystem::path& path) {
  return path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
}

}  // namespace

void write_file_durably(const std::filesystem::path& path, std::string_view text, mode_t mode) {
  std::filesystem::path beside = path;
  beside += fmt::format(".{}.new", ::getpid());
  ::unlink(beside.c_str());
  const int file = ::open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
  if (file < 0) fail(path, "cannot be made");
  const bool written = write_all(file, text) && ::fsync(file) == 0;
  ::close(file);
  if (!written || ::rename(beside.c_str(), path.c_str()) != 0) {
    const int error = errno;
    ::unlink(beside.c_str());
    errno = error;
    fail(path, "cannot be written");
  }
  sync_folder(folder_of(path));
}

void make_private_folder(const std::filesystem::path& path) {
  if (::mkdir(path.c_str(), S_IRWXU) == 0) {
    sync_folder(folder_of(std::filesystem::absolute(path)));
    return;
  }
  if (errno != EEXIST) fail(path, "cannot be made");
  std::error_code error;
  if (!std::filesystem::is_directory(path, error)) {
    errno = ENOTDIR;
    fail(path, "cannot be used");
  }
}

}  // namespace optare
