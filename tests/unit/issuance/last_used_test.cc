#include "core/issuance/last_used.h"

#include <gtest/gtest.h>

#include <map>

namespace optare {
namespace {

constexpr Timestamp noon = timestamp_of(1'772'539'200'000);
const ClientId client("srv_a");
const SecretId older("sec_1");
const SecretId newer("sec_2");

std::map<std::string, Timestamp> changes(LastUsed& last_used) {
  std::map<std::string, Timestamp> rows;
  for (const LastUsedRow& row : last_used.take_changes()) rows[row.key] = *last_used_of(row.value);
  return rows;
}

TEST(LastUsed, TellsTheMinuteOfEachSecretAndOfTheApplication) {
  LastUsed last_used;
  last_used.used(client, older, noon + std::chrono::seconds(59));
  last_used.used(client, newer, noon + std::chrono::seconds(61));
  EXPECT_EQ(last_used.pending(client, older), noon);
  EXPECT_EQ(last_used.pending(client, newer), noon + std::chrono::minutes(1));
  EXPECT_EQ(last_used.pending(client, SecretId{}), noon + std::chrono::minutes(1));
  EXPECT_EQ(changes(last_used),
            (std::map<std::string, Timestamp>{
                {last_used_key(client, older), noon},
                {last_used_key(client, newer), noon + std::chrono::minutes(1)},
                {last_used_key(client, SecretId{}), noon + std::chrono::minutes(1)}}));
}

TEST(LastUsed, GivesEachChangeOnce) {
  LastUsed last_used;
  last_used.used(client, older, noon);
  EXPECT_EQ(last_used.take_changes().size(), 2);
  EXPECT_TRUE(last_used.take_changes().empty());
  EXPECT_EQ(last_used.pending(client, older), std::nullopt);
}

TEST(LastUsed, TakesBackWhatCouldNotBeWritten) {
  LastUsed last_used;
  last_used.used(client, older, noon);
  last_used.used(client, newer, noon);
  const auto rows = last_used.take_changes();
  last_used.used(client, newer, noon + std::chrono::minutes(1));
  last_used.put_back(rows);
  EXPECT_EQ(changes(last_used),
            (std::map<std::string, Timestamp>{
                {last_used_key(client, older), noon},
                {last_used_key(client, newer), noon + std::chrono::minutes(1)},
                {last_used_key(client, SecretId{}), noon + std::chrono::minutes(1)}}));
}

TEST(LastUsed, NeverGoesBack) {
  LastUsed last_used;
  last_used.used(client, older, noon);
  last_used.used(client, older, noon - std::chrono::hours(1));
  EXPECT_EQ(last_used.pending(client, older), noon);
}

TEST(LastUsed, RefusesARowOfAnotherForm) { EXPECT_EQ(last_used_of("short"), std::nullopt); }

}  // namespace
}  // namespace optare
