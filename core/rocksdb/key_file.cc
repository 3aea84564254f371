#include "core/rocksdb/key_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "core/base/encoding.h"
#include "core/ports/vault.h"

namespace optare {
namespace {

// A file descriptor that closes itself.
class File {
 public:
  File(const std::filesystem::path& path, int flags, mode_t mode = 0)
      : fd_(::open(path.c_str(), flags | O_CLOEXEC, mode)) {}
  ~File() {
    if (fd_ >= 0) ::close(fd_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  bool open() const { return fd_ >= 0; }
  int fd() const { return fd_; }

 private:
  int fd_;
};

[[noreturn]] void fail(const std::filesystem::path& path, std::string_view what) {
  throw VaultFault(fmt::format("key file {}: {}", path.string(), what));
}
[[noreturn]] void fail_with_errno(const std::filesystem::path& path, std::string_view what) {
  const int error = errno;
  fail(path, fmt::format("{}: {}", what, std::strerror(error)));
}

Secret read_key(const File& file, const std::filesystem::path& path) {
  struct stat about{};
  if (::fstat(file.fd(), &about) != 0) fail_with_errno(path, "cannot be read");
  if (!S_ISREG(about.st_mode)) fail(path, "is not a file");
  if ((about.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    fail(path, fmt::format("others than its owner may use it: chmod 600 {}", path.string()));
  }
  std::string bytes(key_encryption_key_bytes, '\0');
  if (about.st_size != static_cast<off_t>(bytes.size()) ||
      ::read(file.fd(), bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size())) {
    fail(path, fmt::format("does not hold {} bytes: it is not a key of Optare, or damaged; restore "
                           "it from a backup",
                           key_encryption_key_bytes));
  }
  return Secret(std::move(bytes));
}

std::filesystem::path folder_of(const std::filesystem::path& path) {
  return path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
}

// Written beside and linked into place, so that the name never stands for half a key, and two
// processes that start at once agree on one.
void create_key(const std::filesystem::path& path, Random& random) {
  std::filesystem::path beside = path;
  beside += fmt::format(".{}.new", ::getpid());
  ::unlink(beside.c_str());
  {
    const File file(beside, O_WRONLY | O_CREAT | O_EXCL, S_IRUSR | S_IWUSR);
    if (!file.open()) fail_with_errno(path, "cannot be made");
    auto key = random.bytes<key_encryption_key_bytes>();
    const bool written =
        ::write(file.fd(), key.data(), key.size()) == static_cast<ssize_t>(key.size()) &&
        ::fsync(file.fd()) == 0;
    ::explicit_bzero(key.data(), key.size());
    if (!written) {
      ::unlink(beside.c_str());
      fail_with_errno(path, "cannot be written");
    }
  }
  const bool linked = ::link(beside.c_str(), path.c_str()) == 0 || errno == EEXIST;
  const int error = errno;
  ::unlink(beside.c_str());
  errno = error;
  if (!linked) fail_with_errno(path, "cannot be made");
  const File folder(folder_of(path), O_RDONLY | O_DIRECTORY);
  if (!folder.open() || ::fsync(folder.fd()) != 0) fail_with_errno(path, "cannot be made durable");
}

}  // namespace

Secret load_key_encryption_key(const std::filesystem::path& path) {
  const File file(path, O_RDONLY);
  if (!file.open()) {
    if (errno == ENOENT)
      fail(path, "is not there: name it with --key-file, or restore it from a backup");
    fail_with_errno(path, "cannot be read");
  }
  return read_key(file, path);
}

Secret load_or_create_key_encryption_key(const std::filesystem::path& path, Random& random) {
  std::error_code error;
  if (!std::filesystem::exists(path, error)) create_key(path, random);
  return load_key_encryption_key(path);
}

}  // namespace optare
