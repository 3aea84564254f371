#include "core/rocksdb/rocksdb_vault.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <set>
#include <sstream>

#include "core/openssl/random.h"
#include "core/rocksdb/key_file.h"
#include "tests/support/faulty_filesystem.h"
#include "tests/support/temporary_directory.h"

namespace optare {
namespace {

std::string contents(const std::filesystem::path& path) {
  std::ostringstream out;
  out << std::ifstream(path, std::ios::binary).rdbuf();
  return out.str();
}

// What the fault says, or "" when there was none.
template <class Action>
std::string fault_of(Action action) {
  try {
    action();
  } catch (const VaultFault& fault) {
    return fault.what();
  }
  return "";
}

class RocksVaultTest : public testing::Test {
 protected:
  RocksVault open(char key = 'k') {
    return RocksVault(resources_, directory_ / "vault", Secret(std::string(32, key)), random_);
  }
  std::filesystem::path key_path() const { return directory_ / "data.key"; }
  void write_key_file(const std::string& bytes, mode_t mode) {
    std::ofstream(key_path(), std::ios::binary) << bytes;
    ASSERT_EQ(::chmod(key_path().c_str(), mode), 0);
  }
  TemporaryDirectory directory_;
  RocksResources resources_;
  SystemRandom random_;
};

TEST_F(RocksVaultTest, LeavesNoSecretReadableInAnyFile) {
  const std::string planted = "planted-secret-that-nobody-may-read";
  {
    RocksVault vault = open();
    vault.put("log-id", Secret("0123456789abcdef"));
    for (int i = 0; i < 100; ++i) vault.put("signing-key/" + std::to_string(i), Secret(planted));
  }
  open();  // moves what the write-ahead log holds into a table file
  bool names_seen = false;
  for (const auto& file : std::filesystem::recursive_directory_iterator(directory_ / "vault")) {
    if (!file.is_regular_file()) continue;
    const std::string bytes = contents(file.path());
    EXPECT_EQ(bytes.find(planted), std::string::npos) << file.path();
    EXPECT_EQ(bytes.find("planted"), std::string::npos) << file.path();
    names_seen |= bytes.find("log-id") != std::string::npos;
  }
  EXPECT_TRUE(names_seen) << "the search looks where the rows are";
}

TEST_F(RocksVaultTest, RefusesAnotherKeyAndSaysWhatToDo) {
  {
    open().put("log-id", Secret("0123456789abcdef"));
  }
  EXPECT_NE(fault_of([&] { open('x'); }).find("--key-file"), std::string::npos);
  EXPECT_EQ(fault_of([&] { open(); }), "");
}

TEST_F(RocksVaultTest, RefusesARowThatWasMovedToAnotherName) {
  {
    RocksVault vault = open();
    vault.put("log-id", Secret("0123456789abcdef"));
    vault.put("signing-key/a", Secret("a"));
  }
  {
    rocksdb::DB* opened = nullptr;
    ASSERT_TRUE(rocksdb::DB::Open({}, (directory_ / "vault").string(), &opened).ok());
    const std::unique_ptr<rocksdb::DB> db(opened);
    std::string row;
    ASSERT_TRUE(db->Get({}, "signing-key/a", &row).ok());
    ASSERT_TRUE(db->Put({}, "signing-key/b", row).ok());
  }
  const RocksVault vault = open();
  EXPECT_EQ(vault.get("signing-key/a")->reveal(), "a");
  EXPECT_THROW((void)vault.get("signing-key/b"), VaultFault);
}

TEST_F(RocksVaultTest, SealsEachTimeUnderAnotherNonce) {
  std::set<std::string> rows;
  for (int i = 0; i < 3; ++i) {
    {
      RocksVault vault = open();
      vault.put("log-id", Secret("0123456789abcdef"));
    }
    rocksdb::DB* opened = nullptr;
    ASSERT_TRUE(rocksdb::DB::OpenForReadOnly({}, (directory_ / "vault").string(), &opened).ok());
    const std::unique_ptr<rocksdb::DB> db(opened);
    std::string row;
    ASSERT_TRUE(db->Get({}, "log-id", &row).ok());
    rows.insert(row.substr(0, 12));
  }
  EXPECT_EQ(rows.size(), 3);
}

TEST_F(RocksVaultTest, ReadsOnWhileTheDiskIsFullAndGoesOnByItselfLater) {
  FaultyDisk disk;
  const RocksResources resources({}, disk.env());
  RocksVault vault(resources, directory_ / "vault", Secret(std::string(32, 'k')), random_);
  vault.put("log-id", Secret("0123456789abcdef"));
  disk.faults.append_fails = true;
  for (int i = 0; i < 3; ++i) {
    EXPECT_NE(fault_of([&] { vault.put("fleet-key/1", Secret("x")); }), "");
    EXPECT_EQ(vault.get("log-id")->reveal(), "0123456789abcdef");
    EXPECT_FALSE(vault.get("fleet-key/1"));
  }
  disk.faults.append_fails = false;
  vault.put("fleet-key/1", Secret("y"));
  EXPECT_EQ(vault.get("fleet-key/1")->reveal(), "y");
}

TEST_F(RocksVaultTest, HoldsNothingBeforeItsLogId) {
  RocksVault vault = open();
  EXPECT_THROW(vault.put("fleet-key/1", Secret("x")), VaultFault);
}

TEST_F(RocksVaultTest, TellsWhetherThereIsOne) {
  EXPECT_FALSE(RocksVault::exists(directory_ / "vault"));
  open();
  EXPECT_TRUE(RocksVault::exists(directory_ / "vault"));
}

TEST_F(RocksVaultTest, RefusesASecondProcess) {
  const RocksVault vault = open();
  EXPECT_NE(fault_of([&] { open(); }).find("is in use by another process"), std::string::npos);
}

TEST_F(RocksVaultTest, MakesAKeyFileForItsOwnerOnlyAndKeepsIt) {
  const Secret made = load_or_create_key_encryption_key(key_path(), random_);
  EXPECT_EQ(made.reveal().size(), 32);
  struct stat about{};
  ASSERT_EQ(::stat(key_path().c_str(), &about), 0);
  EXPECT_EQ(about.st_mode & 0777, 0600);
  EXPECT_EQ(load_or_create_key_encryption_key(key_path(), random_).reveal(), made.reveal());
  EXPECT_EQ(load_key_encryption_key(key_path()).reveal(), made.reveal());
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(directory_.path()), {}), 1)
      << "nothing is left beside it";
}

TEST_F(RocksVaultTest, RefusesAKeyFileThatOthersMayRead) {
  for (const mode_t mode : {0640U, 0604U, 0660U, 0602U, 0644U}) {
    write_key_file(std::string(32, 'k'), mode);
    EXPECT_NE(fault_of([&] { load_key_encryption_key(key_path()); }).find("chmod 600"),
              std::string::npos)
        << mode;
  }
}

TEST_F(RocksVaultTest, RefusesAKeyFileOfAnotherSize) {
  for (const std::size_t size : {0U, 31U, 33U, 64U}) {
    std::filesystem::remove(key_path());
    write_key_file(std::string(size, 'k'), 0600);
    EXPECT_NE(fault_of([&] { load_key_encryption_key(key_path()); }).find("32 bytes"),
              std::string::npos)
        << size;
    EXPECT_THROW(load_or_create_key_encryption_key(key_path(), random_), VaultFault)
        << "never overwritten";
  }
}

TEST_F(RocksVaultTest, SaysThatAKeyFileIsNotThere) {
  EXPECT_NE(fault_of([&] { load_key_encryption_key(key_path()); }).find("is not there"),
            std::string::npos);
}

}  // namespace
}  // namespace optare
