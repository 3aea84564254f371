#include "api/oauth/throttle.h"

#include <gtest/gtest.h>

#include <string>

namespace optare {
namespace {

constexpr Duration none{0};

// One wrong attempt for each client, the next in an hour.
ThrottleLimits strict() {
  ThrottleLimits limits;
  limits.client_burst = 1;
  limits.client_refill = std::chrono::hours(1);
  limits.address_burst = 100'000;
  return limits;
}

TEST(Throttle, CountsForTheClientAndForTheAddress) {
  ThrottleLimits limits;
  limits.client_burst = 2;
  limits.address_burst = 3;
  Throttle throttle(limits);
  EXPECT_EQ(throttle.wrong("srv_a", "192.0.2.1", none), none);
  EXPECT_EQ(throttle.wrong("srv_a", "192.0.2.2", none), none);
  EXPECT_EQ(throttle.wrong("srv_a", "192.0.2.3", none), limits.client_refill);
  for (const char* client : {"srv_b", "srv_c", "srv_d"})
    EXPECT_EQ(throttle.wrong(client, "192.0.2.4", none), none);
  EXPECT_EQ(throttle.wrong("srv_e", "192.0.2.4", none), limits.address_refill);
}

TEST(Throttle, HasTheBudgetsThatItsLimitsSay) {
  Throttle throttle{ThrottleLimits()};
  for (int attempt = 0; attempt < 10; ++attempt)
    EXPECT_EQ(throttle.wrong("srv_a", "192.0.2.1", none), none) << attempt;
  EXPECT_EQ(throttle.wrong("srv_a", "192.0.2.2", none), std::chrono::seconds(6));
  for (int client = 0; client < 40; ++client)
    EXPECT_EQ(throttle.wrong("srv_" + std::to_string(client), "192.0.2.1", none), none) << client;
  EXPECT_EQ(throttle.wrong("srv_z", "192.0.2.1", none), std::chrono::seconds(1));
}

TEST(Throttle, TakesANetworkOfIPv6ForOneAddress) {
  ThrottleLimits limits;
  limits.address_burst = 1;
  Throttle throttle(limits);
  int clients = 0;
  const auto wrong = [&](const char* address) {
    return throttle.wrong("srv_" + std::to_string(++clients), address, none);
  };
  EXPECT_EQ(wrong("2001:db8:1:2::1"), none);
  EXPECT_EQ(wrong("2001:db8:1:2:ffff::7"), limits.address_refill) << "the same /64";
  EXPECT_EQ(wrong("2001:db8:1:3::1"), none) << "another";
  EXPECT_EQ(wrong("fe80::1%eth0"), none);
  EXPECT_EQ(wrong("fe80::2%eth0"), limits.address_refill);
  EXPECT_EQ(wrong("::ffff:192.0.2.1"), none);
  EXPECT_EQ(wrong("::ffff:192.0.2.2"), none) << "IPv4, each its own";
  EXPECT_EQ(wrong("192.0.2.2"), limits.address_refill) << "written otherwise";
}

TEST(Throttle, LetsOneMoreThroughEachTimeThatAPlaceIsFree) {
  ThrottleLimits of_client;
  of_client.client_burst = 2;
  ThrottleLimits of_address;
  of_address.address_burst = 2;
  for (const auto& [limits, refill] : {std::pair{of_client, of_client.client_refill},
                                       std::pair{of_address, of_address.address_refill}}) {
    const bool by_client = limits.client_burst == 2;
    Throttle throttle(limits);
    int attempts = 0;
    const auto wrong = [&](Duration now) {
      const std::string another = std::to_string(++attempts);
      return by_client ? throttle.wrong("srv_a", "192.0.2." + another, now)
                       : throttle.wrong("srv_" + another, "192.0.2.1", now);
    };
    EXPECT_EQ(wrong(none), none);
    EXPECT_EQ(wrong(none), none);
    EXPECT_EQ(wrong(none), refill);
    EXPECT_EQ(wrong(refill - Duration(1)), Duration(1)) << by_client;
    for (int times = 1; times <= 3; ++times) {
      EXPECT_EQ(wrong(refill * times), none) << by_client;
      EXPECT_EQ(wrong(refill * times), refill) << by_client;
    }
    // A long time fills it, and no more than that.
    EXPECT_EQ(wrong(refill * 100), none);
    EXPECT_EQ(wrong(refill * 100), none);
    EXPECT_EQ(wrong(refill * 100), refill) << by_client;
  }
}

// Whoever makes up names does not make it grow: the names that are idle longest go.
TEST(Throttle, RemembersALimitedNumberOfNames) {
  for (const auto& [buckets_max, remembered] : {std::pair{4UZ, false}, std::pair{4'096UZ, true}}) {
    ThrottleLimits limits = strict();
    limits.buckets_max = buckets_max;
    Throttle throttle(limits);
    EXPECT_EQ(throttle.wrong("srv_a", "192.0.2.1", none), none);
    EXPECT_NE(throttle.wrong("srv_a", "192.0.2.1", none), none);
    for (int i = 1; i <= 8; ++i)
      throttle.wrong("srv_" + std::to_string(i), "192.0.2.1", std::chrono::minutes(i));
    EXPECT_EQ(throttle.wrong("srv_a", "192.0.2.1", std::chrono::minutes(9)) != none, remembered)
        << buckets_max;
  }
}

}  // namespace
}  // namespace optare
