// Guessing is slowed, and nobody can be locked out (contracts.md T): only wrong secrets count, and
// only a wrong secret is ever told to wait.
#pragma once

#include <array>
#include <cstdint>
#include <mutex>
#include <string_view>
#include <vector>

#include "core/base/time.h"

namespace optare {

// Token buckets: `burst` wrong attempts at once, then one each `refill`. Ours.
struct ThrottleLimits {
  std::uint32_t client_burst = 10;
  Duration client_refill{6'000};
  std::uint32_t address_burst = 50;
  Duration address_refill{1'000};
  std::size_t buckets_max = 32'768;  // 16 bytes each, made at the start: the memory never grows
};

// Thread-safe. A table of fixed size: two names may share a bucket (a wrong secret may then have to
// wait for another's), and of names over its size those that are idle longest are forgotten.
class Throttle {
 public:
  explicit Throttle(ThrottleLimits limits);

  // A wrong secret for `client` from `address` at `now` (a clock that never leaps). How long to
  // wait before the next; zero: within budget. An attempt over budget costs nothing more. All
  // addresses of a /64 of IPv6 are one.
  Duration wrong(std::string_view client, std::string_view address, Duration now);

 private:
  // The moment at which the bucket is full again (the generic cell rate algorithm): one number
  // holds level and time, and an empty slot is a full bucket.
  struct Bucket {
    std::uint64_t name = 0;  // hash
    Duration full_at{0};
  };
  struct Rate {
    std::uint32_t burst = 0;
    Duration refill{0};
  };
  Bucket& bucket(std::uint64_t name, Duration now);
  static Duration over(const Bucket& bucket, const Rate& rate, Duration now);
  static void spend(Bucket& bucket, const Rate& rate, Duration now);

  ThrottleLimits limits_;
  std::uint64_t seed_;  // so that nobody can choose names that share a bucket
  std::mutex mutex_;    // only wrong secrets come here
  std::vector<Bucket> buckets_;
};

}  // namespace optare
