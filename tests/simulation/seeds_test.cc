// Some hundreds of seeds, each a fleet of its own. More: ops/simulate --seeds N.
#include <gtest/gtest.h>

#include "tests/simulation/world.h"

namespace optare::simulation {
namespace {

constexpr std::uint64_t seeds_a_case = 25;

class Seeds : public testing::TestWithParam<std::uint64_t> {};

TEST_P(Seeds, KeepEveryRule) {
  Counts counts;
  for (std::uint64_t seed = GetParam(); seed < GetParam() + seeds_a_case; ++seed) {
    const Report report = run(scenario_of(seed));
    ASSERT_FALSE(report.violation) << explain(report);
    counts += report.counts;
  }
  // A simulation in which nothing happens keeps every rule too.
  EXPECT_GT(counts.done, 10 * seeds_a_case);
  EXPECT_GT(counts.unknown, 0);
  EXPECT_GT(counts.replayed, 0);
  EXPECT_GT(counts.races_lost, 0);
  EXPECT_GT(counts.tokens_honoured, counts.done);
  EXPECT_GT(counts.tokens_refused, counts.done);
  // And so does one in which nothing goes wrong.
  for (const char* fault :
       {"anew",  "answer_lost",   "crash",           "cut",     "deaf",     "disk_full", "dropped",
        "fatal", "first_lost",    "forwarded_twice", "garbage", "leap",     "lost",      "outage",
        "pause", "question_lost", "read_fault",      "refused", "repeated", "session",   "sleep",
        "slow",  "stalled",       "zombie"})
    EXPECT_GT(counts.faults[fault], 0U) << fault;
}
INSTANTIATE_TEST_SUITE_P(, Seeds, testing::Range<std::uint64_t>(1, 251, seeds_a_case));

TEST(Simulation, IsTheSameEachTime) {
  for (std::uint64_t seed = 11; seed <= 13; ++seed) {
    const Report once = run(scenario_of(seed));
    const Report again = run(scenario_of(seed));
    EXPECT_EQ(once.digest, again.digest);
    EXPECT_EQ(once.counts, again.counts);
  }
}

}  // namespace
}  // namespace optare::simulation
