#include "core/kafka/client.h"

#include <gtest/gtest.h>

namespace optare {
namespace {

TEST(KafkaClient, PutsAnAddressOfIPv6InBrackets) {
  EXPECT_EQ(host_and_port("k1.example.com", 9092), "k1.example.com:9092");
  EXPECT_EQ(host_and_port("192.0.2.1", 9092), "192.0.2.1:9092");
  EXPECT_EQ(host_and_port("2001:db8::1", 9092), "[2001:db8::1]:9092");
}

}  // namespace
}  // namespace optare
