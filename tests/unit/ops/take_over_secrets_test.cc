// The secrets of a deployment that goes on in another log.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/memory/memory_vault.h"
#include "core/openssl/random.h"
#include "ops/first_start.h"

namespace optare {
namespace {

using testing::HasSubstr;

TEST(TakeOverSecrets, CopiesAllButTheLogsOwn) {
  SystemRandom random;
  MemoryVault source;
  MemoryVault target;
  const std::string id(16, 'i');
  source.put("log-id", Secret(std::string(id)));
  source.put("log-begun", Secret("1"));
  source.put("fleet-key/1", Secret("fleet"));
  source.put("signing-key/key_1", Secret("private"));
  source.put("first-signing-key-public", Secret("public"));
  take_over_secrets(source, target, random);
  EXPECT_EQ(target.names(""),
            (std::vector<std::string>{"first-signing-key-public", "fleet-key/1", "log-begun",
                                      "log-id", "signing-key/key_1"}));
  const std::string new_id(target.get("log-id")->reveal());
  EXPECT_NE(new_id, id);
  EXPECT_EQ(target.get("fleet-key/1")->reveal(), "fleet");
  take_over_secrets(source, target, random);
  EXPECT_EQ(target.get("log-id")->reveal(), new_id);
}

TEST(TakeOverSecrets, RefusesTheVaultOfAnotherDeployment) {
  SystemRandom random;
  MemoryVault source;
  MemoryVault target;
  source.put("fleet-key/1", Secret("fleet"));
  source.put("first-signing-key-public", Secret("public"));
  target.put("log-id", Secret(std::string(16, 'i')));
  target.put("fleet-key/1", Secret("other"));
  try {
    take_over_secrets(source, target, random);
    FAIL() << "it took them";
  } catch (const VaultFault& fault) {
    EXPECT_THAT(fault.what(), HasSubstr("another deployment"));
    EXPECT_THAT(fault.what(), testing::Not(HasSubstr("other'")));
  }
  EXPECT_EQ(target.get("fleet-key/1")->reveal(), "other");
}

}  // namespace
}  // namespace optare
