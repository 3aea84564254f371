#include "tests/support/small_disk.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <stdexcept>

namespace optare {
namespace {

void put(const char* path, const std::string& text) { std::ofstream(path) << text << std::flush; }

std::string size_of(std::uint64_t mib) { return fmt::format("size={}m", mib); }

// A namespace of mounts for this thread and the processes it starts.
bool enter_private_mounts() {
  if (::unshare(CLONE_NEWNS) == 0) return true;
  const uid_t user = ::geteuid();
  const gid_t group = ::getegid();
  if (::unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) return false;
  put("/proc/self/setgroups", "deny");
  put("/proc/self/uid_map", fmt::format("0 {} 1", user));
  put("/proc/self/gid_map", fmt::format("0 {} 1", group));
  return true;
}

}  // namespace

SmallDisk::SmallDisk(std::filesystem::path folder, std::uint64_t mib) : folder_(std::move(folder)) {
  std::filesystem::create_directories(folder_);
  const std::string size = size_of(mib);
  if (!enter_private_mounts() ||
      ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
      ::mount("tmpfs", folder_.c_str(), "tmpfs", 0, size.c_str()) != 0) {
    throw std::runtime_error(fmt::format(
        "a small disk cannot be mounted ({}): run this test as root", std::strerror(errno)));
  }
}

SmallDisk::~SmallDisk() { ::umount2(folder_.c_str(), MNT_DETACH); }

std::uint64_t SmallDisk::free_bytes() const { return std::filesystem::space(folder_).available; }

void SmallDisk::fill(std::uint64_t left) {
  const int file = ::open(filler().c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_APPEND, 0600);
  if (file < 0) throw std::runtime_error("the disk cannot be filled");
  const std::string page(4096, 'x');
  // The free space moves while others write: look again at each page.
  while (free_bytes() > left && ::write(file, page.data(), page.size()) > 0) continue;
  ::close(file);
}

void SmallDisk::resize(std::uint64_t mib) {
  if (::mount(nullptr, folder_.c_str(), nullptr, MS_REMOUNT, size_of(mib).c_str()) != 0)
    throw std::runtime_error(
        fmt::format("the disk cannot be made {} MiB large ({})", mib, std::strerror(errno)));
}

void SmallDisk::make_room() { std::filesystem::remove(filler()); }

}  // namespace optare
