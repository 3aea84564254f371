#include "ops/open_files.h"

#include <sys/resource.h>

#include <algorithm>

namespace optare {

std::uint64_t raise_open_files(std::uint64_t wanted) {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return wanted;  // cannot be: the call has no failure
  if (limit.rlim_cur >= wanted) return limit.rlim_cur;
  const rlimit raised{.rlim_cur = std::min<rlim_t>(wanted, limit.rlim_max),
                      .rlim_max = limit.rlim_max};
  return ::setrlimit(RLIMIT_NOFILE, &raised) == 0 ? raised.rlim_cur : limit.rlim_cur;
}

std::size_t connections_per_thread(std::uint64_t open_files, std::size_t wanted,
                                   std::size_t threads) {
  const std::uint64_t kept = std::min(files_of_stores + ops_connections_max, open_files / 2);
  return std::max<std::size_t>(1, std::min<std::uint64_t>(wanted, (open_files - kept) / threads));
}

}  // namespace optare
