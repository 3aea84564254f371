#include "core/log/end_questions.h"

#include <gtest/gtest.h>

namespace optare {
namespace {

class EndQuestionsTest : public testing::Test {
 protected:
  void ask() {
    EventLog::EndAnswered done = [this](std::optional<std::uint64_t> end) {
      answers.push_back(end.value_or(999));
    };
    EXPECT_TRUE(questions.add(done));
  }
  void answer(std::uint64_t end) {
    for (const auto& done : questions.end()) done(end);
  }
  EndQuestions questions;
  std::vector<std::uint64_t> answers;
};

TEST_F(EndQuestionsTest, ThereIsNothingToAskForNobody) { EXPECT_FALSE(questions.begin()); }

TEST_F(EndQuestionsTest, HasOneQuestionUnderWayForAllWhoAsked) {
  for (int i = 0; i < 100; ++i) ask();
  EXPECT_TRUE(questions.begin());
  EXPECT_FALSE(questions.begin());
  answer(7);
  EXPECT_EQ(answers, std::vector<std::uint64_t>(100, 7));
  EXPECT_FALSE(questions.begin()) << "all have heard";
}

// His records may have come after that question was asked.
TEST_F(EndQuestionsTest, WhoComesMeanwhileSharesTheNextQuestion) {
  ask();
  EXPECT_TRUE(questions.begin());
  ask();
  ask();
  answer(7);
  EXPECT_EQ(answers, std::vector<std::uint64_t>({7}));
  EXPECT_TRUE(questions.begin());
  answer(8);
  EXPECT_EQ(answers, std::vector<std::uint64_t>({7, 8, 8}));
}

TEST_F(EndQuestionsTest, TakesALimitedNumberOfThem) {
  for (std::size_t i = 0; i < EndQuestions::waiting_max; ++i) ask();
  bool heard = false;
  EventLog::EndAnswered done = [&](std::optional<std::uint64_t>) { heard = true; };
  EXPECT_FALSE(questions.add(done));
  done(std::nullopt);
  EXPECT_TRUE(heard) << "it is still his";
}

TEST_F(EndQuestionsTest, GivesEverybodyBackAtTheEnd) {
  ask();
  EXPECT_TRUE(questions.begin());
  ask();
  for (const auto& done : questions.abandon()) done(std::nullopt);
  EXPECT_EQ(answers, std::vector<std::uint64_t>({999, 999}));
}

}  // namespace
}  // namespace optare
