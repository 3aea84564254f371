// Each rule broken on purpose: a checker notices, and it is the one for that rule.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "tests/simulation/world.h"

namespace optare::simulation {
namespace {

constexpr std::uint64_t seeds_until_noticed = 60;

class Breaks : public testing::TestWithParam<std::size_t> {};

TEST_P(Breaks, AreNoticed) {
  const auto broken = static_cast<Break>(GetParam());
  const auto expected = rules_broken_by(broken);
  std::set<Rule> unnoticed(expected.begin(), expected.end());
  const std::uint64_t first = seed_that_shows(broken);
  for (std::uint64_t seed = first; seed < first + seeds_until_noticed; ++seed) {
    const Report report = run(scenario_of(seed, broken));
    if (!report.violation) continue;
    ASSERT_THAT(expected, testing::Contains(report.violation->rule)) << explain(report);
    EXPECT_TRUE(explain(report).ends_with(
        fmt::format("\nops/simulate --seed {} --break {}", seed, break_name(broken))))
        << "the line that repeats it";
    unnoticed.erase(report.violation->rule);
    if (unnoticed.empty()) return;
  }
  FAIL() << break_name(broken) << ": nobody noticed that it breaks the rule "
         << rule_name(*unnoticed.begin());
}
INSTANTIATE_TEST_SUITE_P(, Breaks, testing::Range<std::size_t>(1, breaks_count),
                         [](const auto& test) {
                           return std::string(break_name(static_cast<Break>(test.param)));
                         });

TEST(EveryRule, HasABreakThatItsCheckerNotices) {
  std::set<Rule> noticed;
  for (std::size_t i = 0; i < breaks_count; ++i) {
    for (const Rule rule : rules_broken_by(static_cast<Break>(i))) noticed.insert(rule);
  }
  EXPECT_EQ(noticed.size(), rules_count);
}

}  // namespace
}  // namespace optare::simulation
