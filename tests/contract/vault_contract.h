// What every vault promises (core/ports/vault.h). A vault under test is a Fixture:
//
//   Vault& vault();   void reopen();   static constexpr bool durable;
#pragma once

#include <gtest/gtest.h>

#include "core/ports/vault.h"

namespace optare {

// A vault that outlives whoever opened it: of a Place whose `open` opens the same one each time.
template <class Place>
class DurableVault {
 public:
  static constexpr bool durable = true;
  Vault& vault() { return *vault_; }
  void reopen() {
    vault_.reset();
    vault_ = place_.open();
  }

 private:
  Place place_;
  decltype(std::declval<Place>().open()) vault_ = place_.open();
};

template <class Fixture>
class VaultContract : public testing::Test {
 protected:
  void SetUp() override { vault().put("log-id", Secret("0123456789abcdef")); }
  Vault& vault() { return fixture_.vault(); }
  std::string get(std::string_view name) {
    const auto value = vault().get(name);
    return value ? std::string(value->reveal()) : "(none)";
  }
  Fixture fixture_;
};
TYPED_TEST_SUITE_P(VaultContract);

TYPED_TEST_P(VaultContract, GivesBackWhatWasPut) {
  EXPECT_EQ(this->get("signing-key/a"), "(none)");
  this->vault().put("signing-key/a", Secret("first"));
  EXPECT_EQ(this->get("signing-key/a"), "first");
  this->vault().put("signing-key/a", Secret(std::string("\0second", 7)));
  EXPECT_EQ(this->get("signing-key/a"), std::string("\0second", 7));
  EXPECT_EQ(this->get("log-id"), "0123456789abcdef");
}

TYPED_TEST_P(VaultContract, ListsNamesByPrefix) {
  for (const char* name : {"signing-key/b", "fleet-key/1", "signing-key/a"})
    this->vault().put(name, Secret("x"));
  EXPECT_EQ(this->vault().names("signing-key/"),
            (std::vector<std::string>{"signing-key/a", "signing-key/b"}));
  EXPECT_EQ(this->vault().names(""),
            (std::vector<std::string>{"fleet-key/1", "log-id", "signing-key/a", "signing-key/b"}));
  EXPECT_TRUE(this->vault().names("z").empty());
}

TYPED_TEST_P(VaultContract, ErasesOneSecret) {
  this->vault().put("signing-key/a", Secret("a"));
  this->vault().put("signing-key/b", Secret("b"));
  this->vault().erase("signing-key/a");
  this->vault().erase("signing-key/never");
  EXPECT_EQ(this->get("signing-key/a"), "(none)");
  EXPECT_EQ(this->get("signing-key/b"), "b");
}

TYPED_TEST_P(VaultContract, KeepsOverARestartWhatIsPutAndErased) {
  if constexpr (TypeParam::durable) {
    this->vault().put("fleet-key/1", Secret("fleet"));
    this->fixture_.reopen();
    EXPECT_EQ(this->get("fleet-key/1"), "fleet");
    this->vault().erase("fleet-key/1");
    this->fixture_.reopen();
    EXPECT_EQ(this->get("fleet-key/1"), "(none)");
    EXPECT_EQ(this->vault().names(""), std::vector<std::string>{"log-id"});
  }
}

REGISTER_TYPED_TEST_SUITE_P(VaultContract, GivesBackWhatWasPut, ListsNamesByPrefix, ErasesOneSecret,
                            KeepsOverARestartWhatIsPutAndErased);

}  // namespace optare
