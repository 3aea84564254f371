#include "ops/node.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "commands/application/rotate_secret.h"
#include "core/memory/memory_vault.h"
#include "core/oauth/client_secret.h"
#include "core/rocksdb/key_file.h"
#include "core/rocksdb/rocksdb_vault.h"
#include "ops/files.h"
#include "tests/support/spine.h"

namespace optare {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

// A folder that is opened and closed at will.
class NodeTest : public testing::Test {
 protected:
  Result<std::unique_ptr<Node>> open(const std::string& issuer = "http://127.0.0.1:8080") {
    NodeOptions options;
    options.data = folder / "data";
    options.key_file = folder / "data.key";
    options.issuer = issuer;
    options.disk_reserve_bytes = 0;
    return Node::open(std::move(options), clock, random, lines, progress);
  }
  std::string file(const char* name) const {
    std::ifstream stream(folder / "data" / name);
    return {std::istreambuf_iterator<char>(stream), {}};
  }
  void remove(const char* name) { std::filesystem::remove_all(folder / "data" / name); }
  // What a start says that refuses.
  std::string refusal() {
    try {
      const auto node = open();
      return node ? "started" : node.error().detail;
    } catch (const std::exception& fault) {
      return fault.what();
    }
  }

  TemporaryDirectory folder;
  FakeClock clock;
  SystemRandom random;
  LogLines lines{LogLevel::error, -1};
  Progress progress;
};

// A folder that was made for it, by hand or by an installer, may be open to others.
TEST_F(NodeTest, KeepsWhatItStoresFromOthersInAFolderThatIsOpen) {
  std::filesystem::create_directory(folder / "data");
  std::filesystem::permissions(folder / "data", std::filesystem::perms(0755));
  ASSERT_TRUE(open());
  for (const char* name : {"vault", "log", "view", "spool"}) {
    const auto status = std::filesystem::status(folder / "data" / name);
    EXPECT_EQ(status.permissions(), std::filesystem::perms(0700)) << name;
  }
  const auto status = std::filesystem::status(folder / "data" / "admin.json");
  EXPECT_EQ(status.permissions(), std::filesystem::perms(0600));
}

// Two that count the tokens they issued under one name would tell two stories.
TEST_F(NodeTest, IsAnotherOneInAFolderThatWasCopiedWithoutItsSpool) {
  const std::string id = open().value()->node_id;
  EXPECT_EQ(open().value()->node_id, id);
  remove("spool");
  const std::string other = open().value()->node_id;
  EXPECT_NE(other, id);
  EXPECT_EQ(open().value()->node_id, other);
  remove("view");
  EXPECT_EQ(open().value()->node_id, other) << "a view that is made again belongs to the same one";
}

TEST_F(NodeTest, IsWhoItWasUnderABuildThatKeptThisInItsView) {
  std::string id;
  {
    const auto node = open().value();
    id = "node_of_an_older_build";
    StoreBatch batch;
    batch.put(Table::meta, "node-id", id);
    node->store.write(batch);
  }
  remove("spool/node-id");
  EXPECT_EQ(open().value()->node_id, id);
}

TEST_F(NodeTest, MakesEverythingAtItsFirstStartAndGoesOnAtTheNext) {
  LogId log_id{};
  {
    const auto node = open();
    ASSERT_TRUE(node);
    EXPECT_EQ((*node)->states.position(), 1U);
    EXPECT_EQ((*node)->issuer(), "http://127.0.0.1:8080");
    log_id = (*node)->identity.log_id;
  }
  const std::string credentials = file("admin.json");
  const auto again = open("");
  ASSERT_TRUE(again);
  EXPECT_EQ((*again)->identity.log_id, log_id);
  EXPECT_EQ((*again)->states.position(), 1U);
  EXPECT_EQ(file("admin.json"), credentials);
}

TEST_F(NodeTest, RefusesAnotherIssuer) {
  ASSERT_TRUE(open());
  const auto other = open("http://127.0.0.1:8081");
  ASSERT_FALSE(other);
  EXPECT_THAT(other.error().detail, HasSubstr("recorded at its first start"));
}

TEST_F(NodeTest, NeedsAnIssuerThatCannotBeGuessed) {
  const auto node = open("");
  ASSERT_FALSE(node);
  EXPECT_THAT(node.error().detail, HasSubstr("--issuer"));
  EXPECT_TRUE(open());
}

// A crash leaves what was durable before it: each state is repaired by starting again.
TEST_F(NodeTest, RepairsAStartThatEndedBeforeGenesis) {
  ASSERT_TRUE(open());
  const std::string first = file("admin.json");
  remove("log");
  remove("view");
  {
    const RocksResources resources;
    RocksVault vault(resources, folder / "data" / "vault",
                     load_key_encryption_key(folder / "data.key"), random);
    vault.erase("log-begun");
  }
  ASSERT_TRUE(open());  // vault and admin.json were there, the log was not
  EXPECT_NE(file("admin.json"), first);
}

TEST_F(NodeTest, NeverBeginsALogAnewBesideTheVaultOfOne) {
  ASSERT_TRUE(open());
  remove("log");
  remove("view");
  EXPECT_THAT(refusal(), HasSubstr("restore it from a back-up"));
}

TEST_F(NodeTest, RepairsAStartThatEndedBeforeTheViewWasWritten) {
  ASSERT_TRUE(open());
  const std::string first = file("admin.json");
  remove("view");
  const auto node = open();
  ASSERT_TRUE(node);
  EXPECT_EQ((*node)->states.position(), 1U);
  EXPECT_EQ(file("admin.json"), first);
}

TEST_F(NodeTest, RefusesAFolderThatLostItsLog) {
  ASSERT_TRUE(open());
  remove("log");
  EXPECT_THAT(refusal(), HasSubstr("the log lost its end"));
}

TEST_F(NodeTest, RefusesAFolderThatLostItsVault) {
  ASSERT_TRUE(open());
  remove("vault");
  EXPECT_THAT(refusal(), HasSubstr("Restore the folder from a back-up"));
}

TEST_F(NodeTest, RefusesALogOfAnotherDeployment) {
  ASSERT_TRUE(open());
  std::filesystem::rename(folder / "data" / "log", folder / "log");
  remove("vault");
  remove("view");
  ASSERT_TRUE(open());
  remove("log");
  remove("view");
  std::filesystem::rename(folder / "log", folder / "data" / "log");
  EXPECT_THAT(refusal(), HasSubstr("does not hold the log that this folder belongs to"));
}

// The key file fits the vault, and neither fits the log.
TEST_F(NodeTest, RefusesTheVaultOfAnotherDeployment) {
  ASSERT_TRUE(open());
  for (const char* name : {"log", "view"})
    std::filesystem::rename(folder / "data" / name, folder / name);
  remove("vault");
  std::filesystem::remove(folder / "data.key");
  ASSERT_TRUE(open());
  for (const char* name : {"log", "view"}) {
    remove(name);
    std::filesystem::rename(folder / name, folder / "data" / name);
  }
  EXPECT_THAT(refusal(), HasSubstr("belongs to another log"));
}

TEST_F(NodeTest, RefusesAnotherKeyFile) {
  ASSERT_TRUE(open());
  write_file_durably(folder / "data.key", std::string(key_encryption_key_bytes, 'x'), 0600);
  EXPECT_THAT(refusal(), HasSubstr("the key file does not open"));
  std::filesystem::remove(folder / "data.key");
  EXPECT_THAT(refusal(), HasSubstr("is not there"));
}

TEST_F(NodeTest, RefusesAFolderThatIsInUse) {
  const auto node = open();
  ASSERT_TRUE(node);
  EXPECT_THAT(refusal(), HasSubstr("in use by another process"));
}

TEST(Identity, IsCompletedWhereACrashLeftIt) {
  MemoryVault vault;
  SystemRandom random;
  const OpensslSigningKeys signing_keys;
  EXPECT_THROW(load_identity(vault), VaultFault);
  const Identity whole = load_or_create_identity(vault, random, signing_keys);
  vault.erase("first-signing-key-public");
  const Identity repaired = load_or_create_identity(vault, random, signing_keys);
  EXPECT_EQ(repaired.log_id, whole.log_id);
  EXPECT_EQ(repaired.fleet_key.secret.reveal(), whole.fleet_key.secret.reveal());
  EXPECT_NE(repaired.first_key.id, whole.first_key.id);
  EXPECT_EQ(vault.names("signing-key/").size(), 1U);
}

RotateSecret rotation(const Spine::Client& client, Duration overlap) {
  RotateSecret command;
  command.client = ClientId(client.id);
  command.secret = {SecretId("sec_new"), client_secret_digest("sk_new")};
  command.overlap = overlap;
  return command;
}

TEST(Policies, RecordOnceThatASecretHasExpired) {
  Spine spine;
  const auto client = spine.create_client();
  ASSERT_TRUE(spine.run(rotation(client, 24h)));
  const auto version = [&] {
    return spine.node().states.application(ClientId(client.id))->version;
  };
  spine.advance(24h - 1ms);
  std::this_thread::sleep_for(200ms);
  EXPECT_EQ(version(), 2U);
  spine.advance(1ms);
  const auto until = std::chrono::steady_clock::now() + 60s;
  while (version() == 2 && std::chrono::steady_clock::now() < until)
    std::this_thread::sleep_for(5ms);
  EXPECT_EQ(version(), 3U);
  std::this_thread::sleep_for(200ms);
  EXPECT_EQ(version(), 3U);
  EXPECT_EQ(spine.node().states.application(ClientId(client.id))->secrets.size(), 1U);
}

// Contracts.md L: 30 days, unless told otherwise.
TEST(Policies, LetIssuanceRecordsGoThatAreOld) {
  Spine spine;
  spine.admin_token();
  const auto kept_from = [&] { return spine.node().spool_log.cut(issuance_partition).offset; };
  ASSERT_EQ(spine.node().spool_log.end(issuance_partition), 1U);
  spine.advance(30 * 24h + 1ms);
  EXPECT_EQ(kept_from(), 0U);
  spine.restart();  // They are looked at when the policies begin.
  const auto until = std::chrono::steady_clock::now() + 60s;
  while (kept_from() == 0 && std::chrono::steady_clock::now() < until)
    std::this_thread::sleep_for(5ms);
  EXPECT_EQ(kept_from(), 1U);
}

TEST(LastUsed, IsWrittenEachMinuteAndAtTheEnd) {
  Spine spine;
  const auto client = spine.create_client();
  const auto row = [&] {
    return spine.node().store.get(Table::last_used,
                                  last_used_key(ClientId(client.id), SecretId("sec_1")));
  };
  const auto use = [&] {
    spine.node().last_used.used(ClientId(client.id), SecretId("sec_1"), spine.clock.wall());
    return std::chrono::floor<std::chrono::minutes>(spine.clock.wall());
  };
  const Timestamp first = use();
  EXPECT_FALSE(row());
  spine.advance(1min);
  const auto until = std::chrono::steady_clock::now() + 60s;
  while (!row() && std::chrono::steady_clock::now() < until) std::this_thread::sleep_for(5ms);
  ASSERT_TRUE(row());
  EXPECT_EQ(last_used_of(*row()), first);
  const Timestamp second = use();
  EXPECT_NE(second, first);
  spine.restart();
  EXPECT_EQ(last_used_of(*row()), second);
}

}  // namespace
}  // namespace optare
