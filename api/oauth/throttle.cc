#include "api/oauth/throttle.h"

#include <arpa/inet.h>

#include <algorithm>
#include <bit>
#include <functional>
#include <random>
#include <string>

namespace optare {
namespace {

constexpr std::size_t slots_per_set = 4;

enum class Kind : char { client = 'c', address = 'a' };

std::uint64_t name_of(Kind kind, std::string_view text, std::uint64_t seed) {
  std::string name;
  name.reserve(text.size() + 9);
  name += static_cast<char>(kind);
  for (int shift = 0; shift < 64; shift += 8) name += static_cast<char>(seed >> shift);
  name += text;
  return std::hash<std::string>{}(name);
}

// What one party has: an address of IPv4, a /64 of IPv6 (RFC 6177 gives a site no less). A text
// that is neither is itself.
std::string network_of(std::string_view address) {
  const std::string text(address.substr(0, address.find('%')));  // without a zone
  in6_addr bytes{};
  if (inet_pton(AF_INET6, text.c_str(), &bytes) != 1) return text;
  const auto* first = reinterpret_cast<const char*>(bytes.s6_addr);
  if (!IN6_IS_ADDR_V4MAPPED(&bytes)) return {first, 8};
  std::array<char, INET_ADDRSTRLEN> mapped{};
  inet_ntop(AF_INET, first + 12, mapped.data(), mapped.size());
  return mapped.data();
}

std::uint64_t random_seed() {
  std::random_device device;
  return std::uint64_t{device()} << 32U | device();
}

}  // namespace

Throttle::Throttle(ThrottleLimits limits)
    : limits_(limits),
      seed_(random_seed()),
      buckets_(std::bit_ceil(std::max(limits.buckets_max, slots_per_set))) {}

Duration Throttle::wrong(std::string_view client, std::string_view address, Duration now) {
  const Rate client_rate{limits_.client_burst, limits_.client_refill};
  const Rate address_rate{limits_.address_burst, limits_.address_refill};
  const std::scoped_lock lock(mutex_);
  Bucket& by_client = bucket(name_of(Kind::client, client, seed_), now);
  // Read before the other slot is taken: both may be in one set.
  const Duration client_wait = over(by_client, client_rate, now);
  if (client_wait == Duration::zero()) spend(by_client, client_rate, now);
  Bucket& by_address = bucket(name_of(Kind::address, network_of(address), seed_), now);
  const Duration address_wait = over(by_address, address_rate, now);
  if (address_wait == Duration::zero()) spend(by_address, address_rate, now);
  return std::max(client_wait, address_wait);
}

Throttle::Bucket& Throttle::bucket(std::uint64_t name, Duration now) {
  const std::size_t sets = buckets_.size() / slots_per_set;
  const auto set = buckets_.begin() + static_cast<std::ptrdiff_t>(name % sets * slots_per_set);
  const auto end = set + static_cast<std::ptrdiff_t>(slots_per_set);
  if (const auto known = std::find_if(set, end, [&](const Bucket& b) { return b.name == name; });
      known != end) {
    return *known;
  }
  Bucket& idle = *std::ranges::min_element(set, end, {}, &Bucket::full_at);
  idle = {name, now};
  return idle;
}

Duration Throttle::over(const Bucket& bucket, const Rate& rate, Duration now) {
  const Duration filled = std::max(bucket.full_at, now);
  return std::max(Duration::zero(), filled + rate.refill - now - rate.burst * rate.refill);
}

void Throttle::spend(Bucket& bucket, const Rate& rate, Duration now) {
  bucket.full_at = std::max(bucket.full_at, now) + rate.refill;
}

}  // namespace optare
