// The first administrator's credentials: whatever ends an attempt, what their file holds opens
// something.
#include "ops/pending_admin.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "core/oauth/client_secret.h"
#include "core/openssl/random.h"
#include "tests/support/memory_states.h"
#include "tests/support/process.h"

namespace optare {
namespace {

using testing::HasSubstr;

const std::string issuer = "https://id.example.com";

class PendingAdminTest : public testing::Test {
 protected:
  // As genesis makes the administrator.
  void take_genesis_of(const AdminCredentials& admin) {
    ASSERT_TRUE(states.apply("application/" + admin.client.text(),
                             ClientCreated{.type = ClientType::m2m,
                                           .name = "Administrator",
                                           .secret_id = "sec_1",
                                           .secret_digest = digest(admin)},
                             Timestamp{}));
  }
  static std::vector<std::uint8_t> digest(const AdminCredentials& admin) {
    const std::string bytes = client_secret_digest(admin.secret.reveal());
    return {bytes.begin(), bytes.end()};
  }
  bool there(const char* name) const { return std::filesystem::exists(folder / name); }

  TemporaryDirectory folder;
  SystemRandom random;
  MemoryStates states;
  const PendingAdmin pending{folder / "admin.json"};
};

TEST_F(PendingAdminTest, GetsItsFileOnceItsGenesisWasTaken) {
  const auto admin = pending.begin(issuer, random);
  ASSERT_TRUE(admin);
  EXPECT_FALSE(there("admin.json"));
  take_genesis_of(*admin);
  EXPECT_TRUE(pending.end(states, Timestamp{}));
  EXPECT_FALSE(there("admin.json.pending"));
  const std::string text = file_text(folder / "admin.json");
  EXPECT_THAT(text, HasSubstr(admin->client.text()));
  EXPECT_THAT(text, HasSubstr(std::string(admin->secret.reveal())));
  struct stat about{};
  ASSERT_EQ(::stat((folder / "admin.json").c_str(), &about), 0);
  EXPECT_EQ(about.st_mode & 0777, 0600);
  EXPECT_FALSE(pending.end(states, Timestamp{})) << "nothing is left to do";
}

TEST_F(PendingAdminTest, LeavesNothingBehindWhenAnotherGenesisWasTaken) {
  ASSERT_TRUE(pending.begin(issuer, random));
  take_genesis_of(new_administrator(issuer, random));
  EXPECT_FALSE(pending.end(states, Timestamp{}));
  EXPECT_FALSE(there("admin.json"));
  EXPECT_FALSE(there("admin.json.pending"));
}

// The genesis of the first attempt may still be taken: either way the file opens.
TEST_F(PendingAdminTest, IsTheSameInTheNextAttempt) {
  const auto first = pending.begin(issuer, random);
  const auto second = pending.begin(issuer, random);
  ASSERT_TRUE(first && second);
  EXPECT_EQ(first->client, second->client);
  EXPECT_EQ(first->secret.reveal(), second->secret.reveal());
  const auto other = pending.begin("https://other.example.com", random);
  ASSERT_TRUE(other);
  EXPECT_NE(first->client, other->client) << "a genesis has one issuer";
}

TEST_F(PendingAdminTest, TakesNoFileFromAnybody) {
  std::ofstream(folder / "admin.json") << "another deployment's";
  const auto admin = pending.begin(issuer, random);
  ASSERT_FALSE(admin);
  EXPECT_EQ(admin.error().code, Code::conflict);
  std::filesystem::remove(folder / "admin.json");
  const auto mine = pending.begin(issuer, random);
  ASSERT_TRUE(mine);
  std::ofstream(folder / "admin.json") << "another deployment's";
  take_genesis_of(*mine);
  EXPECT_FALSE(pending.end(states, Timestamp{}));
  EXPECT_EQ(file_text(folder / "admin.json"), "another deployment's");
  EXPECT_TRUE(there("admin.json.pending")) << "the only key to what was begun";
}

TEST_F(PendingAdminTest, BeginsAnewBesideWhatIsNone) {
  std::ofstream(folder / "admin.json.pending") << R"({"issuer":"https://id.example.com"})";
  EXPECT_FALSE(pending.end(states, Timestamp{}));
  const auto admin = pending.begin(issuer, random);
  ASSERT_TRUE(admin);
  EXPECT_THAT(file_text(folder / "admin.json.pending"), HasSubstr(admin->client.text()));
}

}  // namespace
}  // namespace optare
