#include "core/log/settle.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/support/log_samples.h"

namespace optare {
namespace {

using samples::noon;
constexpr Timestamp deadline = noon + std::chrono::seconds(10);
const View view{5, samples::filled<32>(5)};

// Everything that can happen to a commit on its way.
enum class Input : std::uint8_t {
  persisted,
  possibly_persisted,
  not_persisted,
  disk_full,
  clock,
  admitted,
  voided,
  passed_in_time,
  passed_late,
  timed_out,
};
constexpr std::array inputs{
    Input::persisted,   Input::possibly_persisted, Input::not_persisted, Input::disk_full,
    Input::clock,       Input::admitted,           Input::voided,        Input::passed_in_time,
    Input::passed_late, Input::timed_out};

void give(Settlement& settlement, Input input) {
  switch (input) {
    case Input::persisted:
      return settlement.appended(Append::persisted);
    case Input::possibly_persisted:
      return settlement.appended(Append::possibly_persisted);
    case Input::not_persisted:
      return settlement.appended(Append::not_persisted);
    case Input::disk_full:
      return settlement.appended(Append::refused_disk_full);
    case Input::clock:
      return settlement.appended(Append::refused_clock);
    case Input::admitted:
      return settlement.admitted(view, noon, 11);
    case Input::voided:
      return settlement.voided(VoidReason::version, 12);
    case Input::passed_in_time:
      return settlement.partition_passed(deadline, 13);
    case Input::passed_late:
      return settlement.partition_passed(deadline + Duration(1), 14);
    case Input::timed_out:
      return settlement.timed_out();
  }
}

// What one input alone says; nullopt: nothing.
std::optional<Outcome> says(Input input) {
  using enum Outcome::Kind;
  switch (input) {
    case Input::persisted:
    case Input::possibly_persisted:
    case Input::passed_in_time:
      return std::nullopt;
    case Input::not_persisted:
      return Outcome{.kind = failed, .refusal = Append::not_persisted};
    case Input::disk_full:
      return Outcome{.kind = failed, .refusal = Append::refused_disk_full};
    case Input::clock:
      return Outcome{.kind = failed, .refusal = Append::refused_clock};
    case Input::admitted:
      return Outcome{.kind = done, .view = view, .log_time = noon, .reached = 11};
    case Input::voided:
      return Outcome{.kind = void_commit, .reason = VoidReason::version, .reached = 12};
    case Input::passed_late:
      return Outcome{.kind = void_commit, .reason = VoidReason::deadline, .reached = 14};
    case Input::timed_out:
      return Outcome{.kind = unknown};
  }
  return std::nullopt;
}

// The rule in one line: the first certain answer, else unknown when somebody gave up.
std::optional<Outcome> expected_after(const std::vector<Input>& history) {
  std::optional<Outcome> outcome;
  for (const Input input : history) {
    const auto said = says(input);
    if (said && (!outcome || outcome->kind == Outcome::Kind::unknown)) outcome = said;
  }
  return outcome;
}

void expect_rule_after(const std::vector<Input>& history) {
  Settlement settlement(deadline);
  for (const Input input : history) give(settlement, input);
  const auto expected = expected_after(history);
  ASSERT_EQ(settlement.outcome(), expected);
  ASSERT_EQ(settlement.certain(), expected && expected->kind != Outcome::Kind::unknown);
}

TEST(Settlement, IsOpenAtFirst) { expect_rule_after({}); }

TEST(Settlement, HoldsItsRuleForEveryOrderOfThreeInputs) {
  for (const Input a : inputs)
    for (const Input b : inputs)
      for (const Input c : inputs) expect_rule_after({a, b, c});
}

RC_GTEST_PROP(SettlementProperty, HoldsItsRuleForEveryHistory, ()) {
  const auto history = *rc::gen::container<std::vector<Input>>(rc::gen::elementOf(inputs));
  Settlement settlement(deadline);
  for (const Input input : history) give(settlement, input);
  RC_ASSERT((settlement.outcome() == expected_after(history)));
}

TEST(Settlement, StandsBySuccessEvenWhenTheDeadlinePassesLater) {
  Settlement settlement(deadline);
  give(settlement, Input::admitted);
  give(settlement, Input::passed_late);
  EXPECT_EQ(settlement.outcome()->kind, Outcome::Kind::done);
}

TEST(Settlement, IsNotVoidWhileLogTimeEqualsTheDeadline) {
  Settlement settlement(deadline);
  give(settlement, Input::passed_in_time);
  EXPECT_FALSE(settlement.outcome().has_value());
  give(settlement, Input::passed_late);
  EXPECT_EQ(settlement.outcome()->reason, VoidReason::deadline);
}

TEST(Settlement, TurnsCertainAfterItWasUnknown) {
  Settlement settlement(deadline);
  give(settlement, Input::timed_out);
  EXPECT_FALSE(settlement.certain());
  give(settlement, Input::admitted);
  EXPECT_EQ(settlement.outcome()->kind, Outcome::Kind::done);
}

}  // namespace
}  // namespace optare
