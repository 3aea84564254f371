// What the records of a vault's topic mean, before and after compaction.
#include "core/kafka/vault_records.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <random>

namespace optare {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::string row(const VaultRecords& records, std::string_view name) {
  return std::string(records.row(name).value_or("(none)"));
}

TEST(VaultRecords, KeepTheLastRowOfAName) {
  VaultRecords records;
  records.apply("a", "one");
  records.apply("a", "two");
  EXPECT_EQ(row(records, "a"), "two");
  records.apply("a", std::nullopt);
  records.apply("never", std::nullopt);
  EXPECT_EQ(row(records, "a"), "(none)");
  EXPECT_THAT(records.names(""), IsEmpty());
}

TEST(VaultRecords, KeepTheFirstClaimOfAName) {
  VaultRecords records;
  records.apply(claim_key("log-id", "x"), "first");
  records.apply(claim_key("log-id", "y"), "second");
  records.apply("log-id", "put");
  records.apply(claim_key("log-id", "x"), "the first one's key again");
  EXPECT_EQ(row(records, "log-id"), "first");
  EXPECT_EQ(records.claimed_by("log-id"), claim_key("log-id", "x"));
  EXPECT_THAT(records.names("log"), ElementsAre("log-id"));
  EXPECT_EQ(records.keys("log-id").size(), 3U);
  for (const std::string& key : records.keys("log-id")) records.apply(key, std::nullopt);
  EXPECT_EQ(row(records, "log-id"), "(none)");
  EXPECT_EQ(records.claimed_by("log-id"), std::nullopt);
}

// Any of them may be missing where they are read anew, and another one be new.
TEST(VaultRecords, KeepEachMissingClaimInItsOrder) {
  const std::vector<std::string> all{"a", "b", "c"};
  VaultRecords held;
  for (const std::string& own : all) held.apply(claim_key("log-id", own), own);
  for (unsigned there = 0; there < 8; ++there) {
    VaultRecords found;
    for (std::size_t i = 0; i < all.size(); ++i)
      if ((there >> i & 1U) != 0) found.apply(claim_key("log-id", all[i]), all[i]);
    found.apply(claim_key("log-id", "new"), "new");
    for (const std::string own : {"c", "a", "b"}) found.keep(claim_key("log-id", own), held);
    for (const std::string own : {"a", "b", "c", "new"}) {
      EXPECT_EQ(row(found, "log-id"), own) << there;
      EXPECT_EQ(found.claimed_by("log-id"), claim_key("log-id", own)) << there;
      found.apply(claim_key("log-id", own), std::nullopt);
    }
    EXPECT_THAT(found.names(""), IsEmpty()) << there;
  }
}

TEST(VaultRecords, AreAsIfNotThereOverALimit) {
  VaultRecords records;
  EXPECT_TRUE(records.apply("a", std::string(vault_row_bytes_max, 'x')));
  EXPECT_FALSE(records.apply("a", std::string(vault_row_bytes_max + 1, 'x')));
  EXPECT_EQ(records.row("a")->size(), vault_row_bytes_max);
  for (std::uint64_t i = 1; i < vault_rows_max; ++i)
    ASSERT_TRUE(records.apply(std::to_string(i), "x"));
  EXPECT_FALSE(records.apply("one more", "x"));
  EXPECT_TRUE(records.apply("1", std::nullopt));
  EXPECT_TRUE(records.apply("one more", "x"));
}

// Compaction drops a record that has a later one of the same key, whichever and whenever it likes.
TEST(VaultRecords, MeanTheSameAfterAnyCompaction) {
  struct Record {
    std::uint64_t offset;
    std::string key;
    std::optional<std::string> value;
  };
  std::mt19937 random(7);
  const auto chance = [&](int of) {
    return static_cast<int>(random() % static_cast<unsigned>(of));
  };
  for (int round = 0; round < 200; ++round) {
    std::vector<Record> log;
    for (std::uint64_t offset = 0; offset < 30; ++offset) {
      const std::string name(1, static_cast<char>('a' + chance(3)));
      if (chance(2) == 0)
        log.push_back({offset, claim_key(name, std::to_string(offset)), "claim"});
      else if (chance(4) == 0 && !log.empty())
        log.push_back({offset,
                       log[static_cast<std::size_t>(chance(static_cast<int>(log.size())))].key,
                       std::nullopt});
      else
        log.push_back({offset, name, std::to_string(offset)});
    }
    std::map<std::string, std::uint64_t> last;
    for (const Record& record : log) last[record.key] = record.offset;
    VaultRecords whole;
    VaultRecords compacted;
    for (const Record& record : log) {
      whole.apply(record.key, record.value);
      if (last[record.key] == record.offset || chance(2) == 0)
        compacted.apply(record.key, record.value);
    }
    ASSERT_EQ(whole.names(""), compacted.names("")) << "round " << round;
    for (const std::string& name : whole.names("")) {
      EXPECT_EQ(whole.row(name), compacted.row(name)) << "round " << round;
      EXPECT_EQ(whole.claimed_by(name), compacted.claimed_by(name)) << "round " << round;
    }
  }
}

}  // namespace
}  // namespace optare
