// Keys are made away from the threads that answer, and are in the vault before anyone names them.
#include "api/admin/key_maker.h"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <latch>
#include <thread>

#include "api/oauth/token_signers.h"
#include "core/memory/memory_vault.h"
#include "core/openssl/random.h"
#include "core/openssl/signing_keys.h"

namespace optare {
namespace {

// Keys that are made when the test says so.
class HeldKeys final : public SigningKeys {
 public:
  mutable std::latch held{1};
  mutable std::thread::id made_on;

  NewKeyPair generate(SigningAlgorithm alg) const override {
    held.wait();
    made_on = std::this_thread::get_id();
    return real_.generate(alg);
  }
  Result<std::shared_ptr<const Signer>> signer(SigningAlgorithm alg,
                                               const Secret& key) const override {
    return real_.signer(alg, key);
  }
  Result<std::shared_ptr<const Verifier>> verifier(SigningAlgorithm alg,
                                                   std::string_view key) const override {
    return real_.verifier(alg, key);
  }
  Result<std::string> jwk(SigningAlgorithm alg, std::string_view kid,
                          std::string_view key) const override {
    return real_.jwk(alg, kid, key);
  }

 private:
  OpensslSigningKeys real_;
};

class BrokenVault final : public Vault {
 public:
  std::optional<Secret> get(std::string_view) const override { return std::nullopt; }
  std::vector<std::string> names(std::string_view) const override { return {}; }
  void put(std::string_view, const Secret&) override { throw VaultFault("the disk is full"); }
  void erase(std::string_view) override {}
};

class KeyMaking : public ::testing::Test {
 protected:
  using Made = std::optional<Result<NewSigningKey>>;

  void make(KeyMaker& maker, Made& made, std::exception_ptr* fault = nullptr) {
    boost::asio::co_spawn(io, maker.make(SigningAlgorithm::ES256),
                          [&made, fault](std::exception_ptr thrown, Result<NewSigningKey> result) {
                            if (thrown) {
                              if (fault != nullptr) *fault = std::move(thrown);
                            } else {
                              made = std::move(result);
                            }
                          });
  }

  boost::asio::io_context io;
  HeldKeys keys;
  MemoryVault vault;
  SystemRandom random;
};

TEST_F(KeyMaking, DoesNotHoldTheThreadThatAsks) {
  KeyMaker maker(keys, vault, random);
  Made made;
  make(maker, made);
  io.poll();
  EXPECT_FALSE(made);  // and yet we are here
  keys.held.count_down();
  io.run();
  ASSERT_TRUE(made && *made);
  EXPECT_NE(keys.made_on, std::this_thread::get_id());
}

TEST_F(KeyMaking, EndsWithThePrivatePartInTheVault) {
  keys.held.count_down();
  KeyMaker maker(keys, vault, random);
  Made made;
  make(maker, made);
  io.run();
  ASSERT_TRUE(made && *made);
  const NewSigningKey& key = **made;
  const auto secret = vault.get(signing_key_secret_name(key.id));
  ASSERT_TRUE(secret);
  const auto signer = keys.signer(key.alg, *secret);
  const auto verifier = keys.verifier(key.alg, key.public_key);
  ASSERT_TRUE(signer && verifier);
  EXPECT_TRUE((*verifier)->verify("text", (*signer)->sign("text")));

  boost::asio::co_spawn(io, maker.forget(key.id), [](const std::exception_ptr&) {});
  io.restart();
  io.run();
  EXPECT_FALSE(vault.get(signing_key_secret_name(key.id)));
}

TEST_F(KeyMaking, IsBounded) {
  KeyMaker maker(keys, vault, random);
  std::vector<Made> made(keys_in_the_making_max + 1);
  for (Made& one : made) make(maker, one);
  io.poll();
  ASSERT_TRUE(made.back());
  ASSERT_FALSE(*made.back());
  EXPECT_EQ(made.back()->error().code, Code::overloaded);
  keys.held.count_down();
  io.run();
  for (std::size_t i = 0; i < keys_in_the_making_max; ++i) EXPECT_TRUE(made[i] && *made[i]);
  Made again;
  make(maker, again);
  io.restart();
  io.run();
  EXPECT_TRUE(again && *again);
}

TEST_F(KeyMaking, TellsWhoAsksThatTheVaultFailed) {
  keys.held.count_down();
  BrokenVault broken;
  KeyMaker maker(keys, broken, random);
  Made made;
  std::exception_ptr fault;
  make(maker, made, &fault);
  io.run();
  EXPECT_FALSE(made);
  ASSERT_TRUE(fault);
  EXPECT_THROW(std::rethrow_exception(fault), VaultFault);
}

}  // namespace
}  // namespace optare
