// When rows that a vault's topic lacks are lost, and when it is only a broker that does not have
// them.
#include "core/kafka/vault_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace optare {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using Says = VaultCheck::Says;

VaultRecords held_rows() {
  VaultRecords held;
  held.apply(claim_key("log-id", "x"), "log");
  held.apply(claim_key("fleet-key/1", "x"), "fleet");
  held.apply(claim_key("fleet-key/1", "late"), "another");
  held.apply("signing-key/1", "one");
  return held;
}

class CheckOfAVault : public testing::Test {
 protected:
  void claims(std::uint64_t from) {
    check.record(from, claim_key("log-id", "x"), "log", false);
    check.record(from + 1, claim_key("fleet-key/1", "x"), "fleet", false);
    check.record(from + 2, claim_key("fleet-key/1", "late"), "another", false);
  }
  void mark(std::uint64_t offset, const std::string& bytes) {
    check.record(offset, "mark", bytes, true);
  }
  const VaultRecords held = held_rows();
  VaultCheck check;
};

TEST_F(CheckOfAVault, IsPassedByAllRowsWhereverTheyAre) {
  check.begin(held);
  check.record(0, "signing-key/1", "of before", false);
  claims(3);
  check.record(17, "signing-key/1", "one", false);
  check.record(18, "signing-key/2", "more than is held", false);
  EXPECT_EQ(check.end(), Says::whole);
  EXPECT_FALSE(check.doubts());
  EXPECT_EQ(check.take_found().row("signing-key/2"), "more than is held");
}

TEST_F(CheckOfAVault, DoubtsUntilAMarkIsFound) {
  check.begin(held);
  claims(0);
  EXPECT_EQ(check.end(), Says::doubtful);
  EXPECT_THAT(check.missing(), ElementsAre("signing-key/1"));
  // By a broker that has not got the mark, or another record in its place.
  check.marked(9, "mark of now");
  check.begin(held);
  claims(0);
  mark(8, "mark of now");
  mark(9, "mark of before");
  EXPECT_EQ(check.end(), Says::doubtful);
  check.marked(10, "mark of now");
  check.begin(held);
  claims(0);
  mark(10, "mark of now");
  EXPECT_EQ(check.end(), Says::lost);
}

// The mark was for another doubt.
TEST_F(CheckOfAVault, HasAMarkForOneReadingOnly) {
  check.begin(held);
  EXPECT_EQ(check.end(), Says::doubtful);
  check.marked(9, "mark");
  check.begin(held);
  claims(0);
  check.record(5, "signing-key/1", "one", false);
  mark(9, "mark");
  EXPECT_EQ(check.end(), Says::whole);
  check.begin(held);
  mark(9, "mark");
  EXPECT_EQ(check.end(), Says::doubtful);
}

// A reading that broke off after the mark may have brought rows that are younger than it: those it
// does not prove.
TEST_F(CheckOfAVault, HasNoMarkAfterAReadingThatBrokeOff) {
  check.begin(held);
  EXPECT_EQ(check.end(), Says::doubtful);
  check.marked(9, "mark");
  check.begin(held);
  mark(9, "mark");
  check.begin(held);
  mark(9, "mark");
  EXPECT_EQ(check.end(), Says::doubtful);
}

TEST_F(CheckOfAVault, MissesARowThatIsAnother) {
  check.begin(held);
  claims(0);
  check.record(5, "signing-key/1", "two", false);
  EXPECT_EQ(check.end(), Says::doubtful);
  EXPECT_THAT(check.missing(), ElementsAre("signing-key/1"));
  // A claim counts by its own key, also where another one stands for the name.
  check.begin(held);
  check.record(0, claim_key("log-id", "x"), "log", false);
  check.record(1, claim_key("fleet-key/1", "late"), "another", false);
  check.record(5, "signing-key/1", "one", false);
  EXPECT_EQ(check.end(), Says::doubtful);
  EXPECT_THAT(check.missing(), ElementsAre("fleet-key/1"));
}

// Others went on in a topic that was put back. Its end may be all that compaction left of a row.
TEST_F(CheckOfAVault, IsPassedByARowWithWhatFollowedIt) {
  for (const bool compacted : {false, true}) {
    check.begin(held);
    claims(0);
    if (!compacted) check.record(3, "signing-key/1", "one", false);
    check.record(4, "signing-key/1", "the end of it", true);
    EXPECT_EQ(check.end(), Says::whole);
    EXPECT_EQ(check.take_found().row("signing-key/1"), std::nullopt);
  }
  check.begin(held);
  claims(0);
  check.record(3, "signing-key/1", "one", false);
  check.record(4, "signing-key/1", "two", false);
  EXPECT_EQ(check.end(), Says::whole);
  EXPECT_EQ(check.take_found().row("signing-key/1"), "two");
}

// A stranger's record stood behind them, and compaction was sooner than who writes them again.
TEST_F(CheckOfAVault, KeepsWhatIsToBeWrittenAgain) {
  VaultRecords buried = held;
  for (const std::string& key : {std::string("signing-key/1"), claim_key("log-id", "x")})
    buried.pass_over(key);
  buried.pass_over("never");
  check.begin(buried);
  check.record(1, claim_key("fleet-key/1", "x"), "fleet", false);
  EXPECT_EQ(check.end(), Says::doubtful);
  check.begin(buried);
  check.record(1, claim_key("fleet-key/1", "x"), "fleet", false);
  check.record(2, claim_key("fleet-key/1", "late"), "another", false);
  EXPECT_EQ(check.end(), Says::whole);
  const VaultRecords found = check.take_found();
  EXPECT_EQ(found.row("log-id"), "log");
  EXPECT_EQ(found.row("signing-key/1"), "one");
  EXPECT_THAT(found.names(""), ElementsAre("fleet-key/1", "log-id", "signing-key/1"));
  EXPECT_THAT(found.buried(), ElementsAre(claim_key("log-id", "x"), "signing-key/1"));
}

// The stranger came after it was put back, so this node has not met him yet.
TEST_F(CheckOfAVault, FindsWhatIsToBeWrittenAgain) {
  check.begin(held);
  claims(0);
  check.record(3, "signing-key/1", "one", false);
  check.pass_over("signing-key/1");
  check.pass_over(claim_key("log-id", "x"));
  check.record(6, claim_key("log-id", "x"), "log", false);
  check.pass_over("never");
  EXPECT_EQ(check.end(), Says::whole);
  const VaultRecords found = check.take_found();
  EXPECT_THAT(found.buried(), ElementsAre("signing-key/1"));
  // So it may be missing then.
  check.begin(found);
  claims(0);
  EXPECT_EQ(check.end(), Says::whole);
}

TEST_F(CheckOfAVault, OfNothingIsPassedByAnything) {
  check.begin({});
  EXPECT_EQ(check.end(), Says::whole);
  EXPECT_THAT(check.missing(), IsEmpty());
}

TEST(VaultLostRows, AreToldWithWhatToDo) {
  EXPECT_THAT(vault_lost_rows("optare.vault", {"a"}),
              AllOf(HasSubstr("optare.vault: rows"), HasSubstr("(a)"), HasSubstr("Restore it")));
  EXPECT_THAT(vault_lost_rows("optare.vault", {"a", "b", "c", "d", "e"}),
              AllOf(HasSubstr("(a, b, c, 2 more)"), Not(HasSubstr("d,"))));
}

}  // namespace
}  // namespace optare
