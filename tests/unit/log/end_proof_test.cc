#include "core/log/end_proof.h"

#include <gtest/gtest.h>

namespace optare {
namespace {

using namespace std::chrono_literals;

TEST(EndAsked, BelievesWhoLedAMomentAgo) {
  const EndAsked asked{.at = 100s, .current_at = 100s - leader_trusted_for, .read_to = 7};
  EXPECT_TRUE(asked.believes(7));
  EXPECT_TRUE(asked.believes(8));
}

TEST(EndAsked, BelievesNobodyBehindWhatIsRead) {
  const EndAsked asked{.at = 100s, .current_at = 100s, .read_to = 7};
  EXPECT_FALSE(asked.believes(6)) << "it led before somebody else did";
}

TEST(EndAsked, BelievesNobodyOnceTheLastProofIsOld) {
  const EndAsked asked{.at = 100s, .current_at = 100s - leader_trusted_for - 1ms, .read_to = 7};
  EXPECT_FALSE(asked.believes(7));
  EXPECT_FALSE(EndAsked{.at = 100s}.believes(7)) << "there was none";
}

}  // namespace
}  // namespace optare
