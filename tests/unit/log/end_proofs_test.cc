#include "core/log/end_proofs.h"

#include <gtest/gtest.h>

namespace optare {
namespace {

using namespace std::chrono_literals;

class EndProofsTest : public testing::Test {
 protected:
  void ask(Duration at) {
    EventLog::EndAnswered done = [this](std::optional<std::uint64_t> end) {
      answers.push_back(end.value_or(999));
    };
    EXPECT_TRUE(proofs.add(at, done));
  }
  void look(Duration now, Duration current_at, std::uint64_t read_to) {
    for (const auto& answer : proofs.answers(now, current_at, read_to)) answer.tell();
  }
  EndProofs proofs;
  std::vector<std::uint64_t> answers;
};

TEST_F(EndProofsTest, AnswersOnceWhatWasDurableAtTheQuestionIsRead) {
  ask(100s);
  look(100s + 5ms, 100s - 1ms, 7);
  EXPECT_TRUE(answers.empty()) << "that was before";
  look(100s + 9ms, 100s, 8);
  EXPECT_EQ(answers, std::vector<std::uint64_t>({8}));
  look(100s + 10ms, 100s, 9);
  EXPECT_EQ(answers.size(), 1U) << "once";
}

TEST_F(EndProofsTest, LetsEachWaitForItsOwn) {
  ask(100s);
  ask(100s + 10ms);
  look(100s + 20ms, 100s + 5ms, 8);
  EXPECT_EQ(answers, std::vector<std::uint64_t>({8}));
  look(100s + 30ms, 100s + 12ms, 9);
  EXPECT_EQ(answers, std::vector<std::uint64_t>({8, 9}));
}

TEST_F(EndProofsTest, SaysThatNobodyKnowsWhenPatienceIsOver) {
  ask(100s);
  look(100s + end_question_patience - 1ms, 99s, 7);
  EXPECT_TRUE(answers.empty());
  look(100s + end_question_patience, 99s, 7);
  EXPECT_EQ(answers, std::vector<std::uint64_t>({999}));
}

TEST_F(EndProofsTest, TicksAsLongAsSomebodyWaits) {
  EXPECT_FALSE(proofs.tick_due(100s, EndProofs::tick_interval_min)) << "nobody does";
  ask(100s);
  EXPECT_TRUE(proofs.tick_due(100s, EndProofs::tick_interval_min));
  ask(100s + 5ms);
  EXPECT_FALSE(proofs.tick_due(100s + 5ms, EndProofs::tick_interval_min)) << "one is under way";
  EXPECT_FALSE(proofs.tick_due(100s + 99ms, EndProofs::tick_interval_max));
  EXPECT_TRUE(proofs.tick_due(100s + 100ms, EndProofs::tick_interval_max)) << "it did not come";
  look(100s + 110ms, 100s + 100ms, 9);
  EXPECT_FALSE(proofs.tick_due(200s, EndProofs::tick_interval_max)) << "all have heard";
}

TEST_F(EndProofsTest, TakesALimitedNumberOfThem) {
  for (std::size_t i = 0; i < EndQuestions::waiting_max; ++i) ask(100s);
  bool heard = false;
  EventLog::EndAnswered done = [&](std::optional<std::uint64_t>) { heard = true; };
  EXPECT_FALSE(proofs.add(100s, done));
  done(std::nullopt);
  EXPECT_TRUE(heard) << "it is still his";
}

TEST_F(EndProofsTest, GivesEverybodyBackAtTheEnd) {
  ask(100s);
  for (const auto& answer : proofs.abandon()) answer.tell();
  EXPECT_EQ(answers, std::vector<std::uint64_t>({999}));
  EXPECT_TRUE(proofs.nobody_waits());
}

}  // namespace
}  // namespace optare
