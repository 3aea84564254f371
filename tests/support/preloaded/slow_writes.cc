// Loaded before a program's libraries (LD_PRELOAD), it makes one folder lie on a slow disk: while
// the file $SLOW_WRITES_MS is there, each write to a file beneath $SLOW_WRITES_TO takes so many
// milliseconds longer. When the file says a second number, so many bytes are written quickly
// before. Nothing else in the program waits.
#include <linux/limits.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <string>
#include <string_view>
#include <thread>

namespace {

using Steady = std::chrono::steady_clock;

bool is_slow(int file) {
  const char* const folder = std::getenv("SLOW_WRITES_TO");
  if (folder == nullptr) return false;
  char path[PATH_MAX];
  const std::string link = "/proc/self/fd/" + std::to_string(file);
  const auto size = ::readlink(link.c_str(), path, sizeof path);
  return size > 0 && std::string_view(path, static_cast<std::size_t>(size)).starts_with(folder);
}

std::atomic<std::size_t> written = 0;

// Ends with the file, too: a disk that is well again keeps nobody waiting.
void wait_for_the_disk() {
  const char* const told = std::getenv("SLOW_WRITES_MS");
  if (told == nullptr) return;
  const auto began = Steady::now();
  for (;;) {
    std::ifstream file(told);
    long milliseconds = 0;
    std::size_t quick_bytes = 0;
    if (!(file >> milliseconds)) return;
    if (file >> quick_bytes && written < quick_bytes) return;
    if (Steady::now() - began >= std::chrono::milliseconds(milliseconds)) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

}  // namespace

// RocksDB writes its log ahead by no other call.
extern "C" ssize_t write(int file, const void* bytes, std::size_t size) {
  if (is_slow(file)) {
    wait_for_the_disk();
    written += size;
  }
  return ::syscall(SYS_write, file, bytes, size);
}
