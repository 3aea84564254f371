// The judge of a fleet's history of calls finds each kind of lie, and none where there is none.
#include "tests/support/told_history.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace optare {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const std::string one = "application/srv_1";
const std::string two = "application/srv_2";

Steady::time_point moment(int tick) { return Steady::time_point(std::chrono::seconds(tick)); }

ToldCall call(int number, std::string event, std::string stream, Known done,
              std::uint64_t position = 0) {
  return {.request_id = "call-" + std::to_string(number),
          .event = std::move(event),
          .stream = std::move(stream),
          .done = done,
          .position = position,
          .absent = false,
          .asked = moment(10 * number),
          .answered = moment(10 * number + 5)};
}

// What a true history looks like; each test tells one lie.
class ToldHistory : public testing::Test {
 protected:
  std::vector<std::string> found() const { return contradictions(calls, events, "call-"); }
  ToldCall& called(int number) { return calls.at(static_cast<std::size_t>(number - 1)); }
  StandingEvent& stands(int number) {
    const auto at =
        std::ranges::find(events, "call-" + std::to_string(number), &StandingEvent::request_id);
    if (at == events.end()) throw std::runtime_error("there is no such event");
    return *at;
  }
  void forget(int number) {
    std::erase_if(events, [&](const StandingEvent& event) {
      return event.request_id == "call-" + std::to_string(number);
    });
  }

  std::vector<ToldCall> calls{
      call(1, "ClientCreated", one, Known::yes, 2),
      call(2, "SecretRotated", one, Known::yes, 3),
      call(3, "SecretRevoked", one, Known::no),
      call(4, "ClientDeactivated", one, Known::yes, 4),
      call(5, "ClientDeactivated", one, Known::yes, 4),  // it was so
      call(6, "ClientCreated", two, Known::yes, 5),
      call(7, "ClientTokensRevoked", two, Known::perhaps),  // it was
      call(8, "ClientTokensRevoked", two, Known::perhaps),  // it was not
      call(9, "ApplicationDeleted", one, Known::yes, 7),
      call(10, "SecretRotated", one, Known::no),
      call(11, "TokenRevoked", "revocation/1", Known::yes),
      call(12, "ClientCreated", "", Known::perhaps),
  };
  std::vector<StandingEvent> events{
      {1, "ClientCreated", "application/srv_0", "the administrator's"},
      {2, "ClientCreated", one, "call-1"},
      {2, "ApiGranted", one, "call-1"},
      {3, "SecretRotated", one, "call-2"},
      {4, "ClientDeactivated", one, "call-4"},
      {5, "ClientCreated", two, "call-6"},
      {6, "ClientTokensRevoked", two, "call-7"},
      {7, "ApplicationDeleted", one, "call-9"},
      {8, "ClientCreated", "application/srv_3", "call-12"},
      {9, "SecretExpired", two, ""},
      {1, "TokenRevoked", "revocation/1", "call-11"},
  };
};

TEST_F(ToldHistory, OfTheTruthHasNoContradiction) { EXPECT_THAT(found(), IsEmpty()); }

TEST_F(ToldHistory, MissesWhatWasDoneAndDoesNotStand) {
  forget(2);
  EXPECT_THAT(found(), ElementsAre("call-2 was done, and does not stand"));
}

TEST_F(ToldHistory, MissesARevocationOfATokenToo) {
  forget(11);
  EXPECT_THAT(found(), ElementsAre("call-11 was done, and does not stand"));
}

TEST_F(ToldHistory, FindsWhatStandsTwice) {
  for (const int number : {6, 7}) {
    auto again = stands(number);
    again.position = 20;
    again.type = "ClientTokensRevoked";
    events.push_back(again);
    EXPECT_THAT(found(), ElementsAre("call-" + std::to_string(number) + " stands 2 times"));
    events.pop_back();
  }
}

TEST_F(ToldHistory, FindsWhatWasRefusedAndStands) {
  events.push_back({20, "SecretRevoked", two, "call-3"});
  EXPECT_THAT(found(), testing::Contains("call-3 was refused, and stands at 20"));
}

TEST_F(ToldHistory, FindsWhatStandsElsewhereThanItWasTold) {
  called(2).position = 2;
  EXPECT_THAT(found(), testing::Contains("call-2 was done at 2, and stands at 3"));
}

TEST_F(ToldHistory, FindsAnotherEventThanTheOneThatWasAskedFor) {
  stands(2).type = "SecretRevoked";
  EXPECT_THAT(found(), ElementsAre("call-2 stands without SecretRotated of " + one));
}

TEST_F(ToldHistory, FindsAnotherApplicationThanTheOneThatWasMeant) {
  stands(2).stream = two;
  stands(2).position = 3;
  std::ranges::swap(events[3], events[5]);  // after its creation
  EXPECT_THAT(found(), ElementsAre("call-2 stands without SecretRotated of " + one));
}

TEST_F(ToldHistory, FindsAnythingDoneAfterADeletion) {
  events.push_back({20, "SecretRotated", one, "call-13"});
  calls.push_back(call(13, "SecretRotated", one, Known::yes, 20));
  EXPECT_THAT(found(), ElementsAre(one + " was deleted, and has SecretRotated at 20"));
}

TEST_F(ToldHistory, FindsTwoDeletionsOfOne) {
  events.push_back({20, "ApplicationDeleted", one, "call-13"});
  calls.push_back(call(13, "ApplicationDeleted", one, Known::yes, 20));
  EXPECT_THAT(found(), ElementsAre(one + " was deleted, and has ApplicationDeleted at 20"));
}

TEST_F(ToldHistory, FindsALifeWithoutABeginning) {
  events.push_back({20, "SecretRotated", "application/srv_9", "somebody else's"});
  EXPECT_THAT(found(), ElementsAre("application/srv_9 has SecretRotated as its event 1, at 20"));
}

TEST_F(ToldHistory, FindsWhatNobodyAskedFor) {
  events.push_back({20, "SecretRotated", two, "call-99"});
  EXPECT_THAT(found(), ElementsAre("call-99 stands at 20, and nobody asked for it"));
}

TEST_F(ToldHistory, DoesNotTakeAStandingForGrantedThatWasNeverThere) {
  called(5).event = "ClientActivated";
  EXPECT_THAT(found(), ElementsAre("call-5 was done, and does not stand"))
      << "it was active until the position that was told, and no more";
}

TEST_F(ToldHistory, DoesNotTakeADeletedApplicationForADeactivatedOne) {
  called(5).position = 7;
  EXPECT_THAT(found(), ElementsAre("call-5 was done, and does not stand"));
}

TEST_F(ToldHistory, FindsACallThatStandsBeforeOneThatWasOverWhenItWasAsked) {
  called(1).asked = called(2).answered + std::chrono::seconds(1);
  called(1).answered = called(1).asked;
  EXPECT_THAT(found(),
              ElementsAre("call-1 was asked after the answer to call-2, and stands before it"));
}

TEST_F(ToldHistory, HasAnyOrderOfCallsThatWereUnderWayTogether) {
  called(1).asked = called(2).answered;
  called(1).answered = called(2).answered + std::chrono::seconds(1);
  EXPECT_THAT(found(), IsEmpty());
}

TEST_F(ToldHistory, FindsAnAbsenceThatWasToldTooEarly) {
  called(10).absent = true;
  EXPECT_THAT(found(), IsEmpty());
  called(9).asked = called(9).answered = called(10).answered;
  EXPECT_THAT(found(), ElementsAre(AllOf(HasSubstr("call-10 was told"), HasSubstr(one))));
  calls.erase(calls.begin() + 8);
  forget(9);
  EXPECT_THAT(found(), ElementsAre(AllOf(HasSubstr("call-10 was told"), HasSubstr(one))));
}

TEST_F(ToldHistory, FindsAnIdThatTwoCallsHave) {
  called(8).request_id = "call-7";
  EXPECT_THAT(found(), ElementsAre("call-7 is the id of two calls"));
}

}  // namespace
}  // namespace optare
