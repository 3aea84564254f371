// What is configured is what the node is made with.
#include <gtest/gtest.h>

#include "ops/node.h"

namespace optare {
namespace {

using namespace std::chrono_literals;

TEST(NodeOptions, AreWhatTheConfigurationSays) {
  const auto config = load_config({.flags = {{"data", "/srv/a"},
                                             {"key_file", "/etc/a.key"},
                                             {"issuer", "https://id.example.com"},
                                             {"block_cache_mib", "9"},
                                             {"disk_reserve_mib", "7"},
                                             {"issuance_retention_days", "3"},
                                             {"issuance_retention_gib", "2"},
                                             {"max_staleness", "20s"}},
                                   .environment = {},
                                   .file = {}});
  ASSERT_TRUE(config) << config.error().detail;
  const NodeOptions options = node_options(*config);
  EXPECT_EQ(options.data, "/srv/a");
  EXPECT_EQ(options.key_file, "/etc/a.key");
  EXPECT_EQ(options.issuer, "https://id.example.com");
  EXPECT_EQ(options.memory.block_cache_bytes, 9U << 20U);
  EXPECT_EQ(options.disk_reserve_bytes, 7U << 20U);
  EXPECT_EQ(options.retention.age_max, 72h);
  EXPECT_EQ(options.retention.bytes_max, 2ULL << 30U);
  EXPECT_EQ(options.view.staleness_max, 20s);
}

// Elsewhere it has to be named (contracts.md J).
TEST(NodeOptions, GuessTheIssuerOnlyFromALoopbackListenerWithAPort) {
  const auto guessed = [](const std::string& listen, const std::string& certificate = "") {
    Config config;
    config.listen = parse_endpoint(listen).value();
    config.tls_cert = certificate;
    return node_options(config).default_issuer;
  };
  EXPECT_EQ(guessed("127.0.0.1:8080"), "http://127.0.0.1:8080");
  EXPECT_EQ(guessed("[::1]:8080"), "http://[::1]:8080");
  EXPECT_EQ(guessed("127.0.0.1:8443", "cert.pem"), "https://127.0.0.1:8443");
  for (const char* listen : {"0.0.0.0:8080", "192.0.2.1:8080", "[::]:8080", "127.0.0.1:0"})
    EXPECT_EQ(guessed(listen), "") << listen;
}

}  // namespace
}  // namespace optare
