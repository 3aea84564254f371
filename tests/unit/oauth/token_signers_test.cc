#include "api/oauth/token_signers.h"

#include <gtest/gtest.h>

#include "core/memory/memory_vault.h"
#include "core/openssl/signing_keys.h"

namespace optare {
namespace {

class CountingVault final : public Vault {
 public:
  std::optional<Secret> get(std::string_view name) const override {
    ++gets;
    return vault_.get(name);
  }
  std::vector<std::string> names(std::string_view prefix) const override {
    return vault_.names(prefix);
  }
  void put(std::string_view name, const Secret& value) override { vault_.put(name, value); }
  void erase(std::string_view name) override { vault_.erase(name); }
  mutable int gets = 0;

 private:
  MemoryVault vault_;
};

class TokenSignersTest : public testing::Test {
 protected:
  SigningKey key(int number) {
    SigningKey key;
    key.id = KeyId("key_" + std::to_string(number));
    key.alg = SigningAlgorithm::ES256;
    vault.put(signing_key_secret_name(key.id), pair.private_key);
    return key;
  }
  const OpensslSigningKeys parser;
  const NewKeyPair pair = parser.generate(SigningAlgorithm::ES256);
  CountingVault vault;
  TokenSigners signers{vault, parser};
};

TEST_F(TokenSignersTest, ReadTheVaultOnceForEachKey) {
  const auto first = signers.signer_of(key(1));
  ASSERT_TRUE(first);
  EXPECT_EQ(*signers.signer_of(key(1)), *first);
  EXPECT_EQ(vault.gets, 1);
}

TEST_F(TokenSignersTest, KeepALimitedNumberOfKeys) {
  for (int number = 0; number < 32; ++number) ASSERT_TRUE(signers.signer_of(key(number)));
  for (int number = 0; number < 32; ++number) ASSERT_TRUE(signers.signer_of(key(number)));
  EXPECT_EQ(vault.gets, 32) << "as many as there may be are kept";
  ASSERT_TRUE(signers.signer_of(key(32)));
  ASSERT_TRUE(signers.signer_of(key(0)));
  EXPECT_EQ(vault.gets, 34) << "one more, and they are read anew";
}

TEST_F(TokenSignersTest, SayWhenTheVaultLacksAKey) {
  SigningKey unknown;
  unknown.id = KeyId("key_unknown");
  unknown.alg = SigningAlgorithm::ES256;
  EXPECT_EQ(signers.signer_of(unknown).error().code, Code::unavailable);
}

}  // namespace
}  // namespace optare
