#include "core/openssl/random.h"

#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <pthread.h>

#include <algorithm>
#include <atomic>
#include <stdexcept>

namespace optare {
namespace {

constexpr std::size_t buffer_bytes = 4096;
constexpr std::size_t direct_bytes_min = 1024;  // larger requests gain nothing from the buffer

// Counts the forks between this process and its first ancestor.
std::atomic<unsigned> fork_count{0};

unsigned forks() {
  static const int registered = pthread_atfork(nullptr, nullptr, [] { fork_count.fetch_add(1); });
  return registered == 0 ? fork_count.load(std::memory_order_relaxed) : 0;
}

void generate(std::span<std::uint8_t> out) {
  if (RAND_priv_bytes(out.data(), static_cast<int>(out.size())) != 1)
    throw std::runtime_error("no random bytes to be had");
}

struct Buffer {
  std::array<std::uint8_t, buffer_bytes> bytes{};
  std::size_t used = buffer_bytes;
  unsigned forks_seen = 0;

  ~Buffer() { OPENSSL_cleanse(bytes.data(), bytes.size()); }

  void take(std::span<std::uint8_t> out) {
    if (bytes.size() - used < out.size() || forks_seen != forks()) {
      generate(bytes);
      used = 0;
      forks_seen = forks();
    }
    const auto slice = std::span(bytes).subspan(used, out.size());
    std::ranges::copy(slice, out.begin());
    OPENSSL_cleanse(slice.data(), slice.size());
    used += out.size();
  }
};

}  // namespace

void SystemRandom::fill(std::span<std::uint8_t> out) {
  thread_local Buffer buffer;
  if (out.size() < direct_bytes_min) return buffer.take(out);
  constexpr std::size_t call_bytes_max = 1U << 20U;
  for (; !out.empty(); out = out.subspan(std::min(out.size(), call_bytes_max)))
    generate(out.first(std::min(out.size(), call_bytes_max)));
}

}  // namespace optare
