#include "core/issuance/acknowledgements.h"

#include <gtest/gtest.h>

#include <optional>

namespace optare {
namespace {

using namespace std::chrono_literals;

class AcknowledgementsTest : public testing::Test {
 protected:
  using Answer = std::shared_ptr<std::optional<bool>>;
  Answer await(std::uint64_t offset) {
    auto answer = std::make_shared<std::optional<bool>>();
    acknowledgements_.await(offset, [answer](bool yes) { answer->emplace(yes); }, now_);
    return answer;
  }
  IssuanceAcknowledgements::Time now_{1h};
  IssuanceAcknowledgements acknowledgements_{5s};
};

TEST_F(AcknowledgementsTest, TellWhoWaitsForWhatCame) {
  const Answer first = await(0);
  const Answer second = await(1);
  EXPECT_FALSE(*first);
  acknowledgements_.acknowledged(1);
  EXPECT_EQ(*first, true);
  EXPECT_FALSE(*second);
  acknowledgements_.acknowledged(2);
  EXPECT_EQ(*second, true);
}

// The spool's own writer may be slower than the brokers.
TEST_F(AcknowledgementsTest, TellAtOnceWhatCameBefore) {
  acknowledgements_.acknowledged(3);
  EXPECT_EQ(*await(2), true);
  EXPECT_FALSE(*await(3));
}

TEST_F(AcknowledgementsTest, TellWhoWaitedLongEnoughThatItDidNotCome) {
  const Answer first = await(0);
  now_ += 4s;
  const Answer second = await(1);
  acknowledgements_.expire(now_);
  EXPECT_FALSE(*first);
  now_ += 1s;
  acknowledgements_.expire(now_);
  EXPECT_EQ(*first, false);
  EXPECT_FALSE(*second);
  acknowledgements_.acknowledged(2);
  EXPECT_EQ(*second, true);
  EXPECT_EQ(*first, false) << "once";
}

TEST_F(AcknowledgementsTest, LetNobodyElseWaitInVain) {
  await(4);
  await(5);
  EXPECT_TRUE(acknowledgements_.hopeful());
  now_ += 5s;
  acknowledgements_.expire(now_);
  EXPECT_FALSE(acknowledgements_.hopeful());
  acknowledgements_.acknowledged(5);
  EXPECT_FALSE(acknowledgements_.hopeful()) << "5 is still not there";
  acknowledgements_.acknowledged(6);
  EXPECT_TRUE(acknowledgements_.hopeful());
}

// A token leaves with its record, or not at all.
TEST_F(AcknowledgementsTest, TellNoForWhatIsLost) {
  acknowledgements_.acknowledged(2);
  const Answer waits = await(3);
  const Answer waits_behind = await(4);
  acknowledgements_.lost(4);
  EXPECT_EQ(*waits, false);
  EXPECT_EQ(*await(3), false) << "the spool's own writer may be slower";
  EXPECT_FALSE(*waits_behind);
  acknowledgements_.acknowledged(5);
  EXPECT_EQ(*waits_behind, true);
  EXPECT_EQ(*await(4), true);
}

TEST_F(AcknowledgementsTest, HopeAgainBehindWhatIsLost) {
  await(4);
  now_ += 5s;
  acknowledgements_.expire(now_);
  EXPECT_FALSE(acknowledgements_.hopeful());
  acknowledgements_.lost(5);
  EXPECT_TRUE(acknowledgements_.hopeful());
}

TEST_F(AcknowledgementsTest, EndWithANoForAll) {
  const Answer before = await(0);
  acknowledgements_.close();
  EXPECT_EQ(*before, false);
  EXPECT_EQ(*await(1), false);
  EXPECT_FALSE(acknowledgements_.hopeful());
}

}  // namespace
}  // namespace optare
