// The vault on real brokers: what every vault promises, and what only a fleet's does.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "core/kafka/kafka_vault.h"
#include "core/kafka/topic_admin.h"
#include "core/openssl/random.h"
#include "tests/contract/vault_contract.h"
#include "tests/support/kafka_brokers.h"
#include "tests/support/process.h"

namespace optare {
namespace {

constexpr std::chrono::seconds patience{60};

// Topics of its own, made as `optare init` makes them.
class Vaults {
 public:
  Vaults() {
    connection_.brokers = shared_brokers();
    connection_.topic_prefix = kafka_prefix();
    TopicAdmin admin(connection_);
    const auto found = admin.look(patience);
    if (!found || !admin.make_missing(*found, patience)) throw std::runtime_error("no topics");
  }
  std::unique_ptr<KafkaVault> open(char key = 'k') {
    return std::make_unique<KafkaVault>(
        connection_,
        KafkaVaultOptions{.topic = connection_.topic_prefix + ".vault",
                          .open_patience = patience,
                          .write_patience = patience},
        Secret(std::string(32, key)), random_);
  }

 private:
  KafkaConnection connection_;
  SystemRandom random_;
};

TEST(KafkaVaultOnBrokers, HasOneWinnerOfEachClaim) {
  Vaults vaults;
  constexpr std::size_t nodes = 4;
  std::vector<std::unique_ptr<KafkaVault>> fleet;
  for (std::size_t i = 0; i < nodes; ++i) fleet.push_back(vaults.open());
  for (const char* name : {"log-id", "fleet-key/1", "first-signing-key-public"}) {
    std::array<bool, nodes> won{};
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < nodes; ++i) {
      threads.emplace_back([&, i] {
        won.at(i) = fleet[i]->claim(name, Secret(std::string(16, static_cast<char>('a' + i))));
      });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(std::ranges::count(won, true), 1) << name;
    const auto winner = std::ranges::find(won, true) - won.begin();
    const std::string value(16, static_cast<char>('a' + winner));
    for (const auto& node : fleet)
      wait_until("all to have the winner's", [&] {
        const auto there = node->get(name);
        return there && there->reveal() == value;
      });
    EXPECT_EQ(vaults.open()->get(name)->reveal(), value);
  }
}

}  // namespace

INSTANTIATE_TYPED_TEST_SUITE_P(OnBrokers, VaultContract, DurableVault<Vaults>);

}  // namespace optare
