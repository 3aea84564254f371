// A history that is carried over from another log: what of it counts, and when.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/support/carried_history.h"

namespace optare {
namespace {

using samples::client_commit;
using samples::history;
using samples::imported_frame;
using samples::LogReader;
using samples::noon;
using samples::RecordedLog;
using samples::seal;
using Kind = Verdict::Kind;
constexpr LogId new_log = samples::filled<16>(0xb0);
constexpr LogId third_log = samples::filled<16>(0xc0);
constexpr Timestamp later = noon + std::chrono::days(400);
constexpr Duration a_second = std::chrono::seconds(1);

// Equal but for where in the log things are.
void expect_same(const LogReader& here, const LogReader& there) {
  Head expected = there.head;
  expected.next_offset = here.head.next_offset;
  expected.voids = here.head.voids;
  expected.source = here.head.source;
  EXPECT_EQ(here.head, expected);
  EXPECT_EQ(here.streams, there.streams);
  EXPECT_EQ(here.chain, there.chain);
}

class Import : public testing::Test {
 protected:
  Verdict carry(std::uint64_t ordinal, Timestamp time = later) {
    return carry(home.carried(ordinal), time);
  }
  Verdict carry(std::string_view payload, Timestamp time = later) {
    return target.read(imported_frame(target, payload), time);
  }
  void carry_all() {
    for (std::uint64_t ordinal = 1; ordinal <= home.ordinals(); ++ordinal)
      ASSERT_EQ(carry(ordinal).kind, Kind::admitted) << ordinal;
  }
  // Imported{...} of the home's record at `ordinal`, but for `change`.
  template <class Change>
  std::string changed(std::uint64_t ordinal, Change change) {
    const std::string payload = home.carried(ordinal);
    Imported imported = decode_imported(payload).value();
    change(imported);
    return encode_imported(imported);
  }
  void expect_void(const Verdict& verdict, VoidReason reason) {
    EXPECT_EQ(verdict.kind, Kind::void_record);
    EXPECT_EQ(void_reason_name(verdict.reason), void_reason_name(reason));
  }
  RecordedLog home = history();
  LogReader target{new_log};
};

TEST_F(Import, KeepsOrdinalsTimesVersionsAndTheChain) {
  carry_all();
  expect_same(target, home.reader);
  EXPECT_EQ(target.head.source, samples::log_id);
}

TEST_F(Import, IsJudgedByTheTimeAtHomeWhateverTimeItIsHere) {
  ASSERT_GT(later, home.reader.head.log_time);
  target.read("noise before the first", later);
  carry_all();
  EXPECT_EQ(target.head.log_time, home.reader.head.log_time);
  target.read("noise", later);
  expect_same(target, home.reader);
}

TEST_F(Import, EndsWithItsSeal) {
  carry_all();
  ASSERT_EQ(target.read(seal(target), noon).kind, Kind::admitted) << "log time did not fall";
  EXPECT_EQ(target.head.log_time, home.reader.head.log_time);
  EXPECT_EQ(target.head.source, std::nullopt);
  EXPECT_EQ(target.head.view.ordinal, home.ordinals() + 1);
  const Commit next = client_commit(target, "application/srv_1", later);
  EXPECT_EQ(target.read(next, later).kind, Kind::admitted);
  EXPECT_EQ(target.head.log_time, later);
}

TEST_F(Import, IsVoidAfterTheSeal) {
  carry_all();
  ASSERT_EQ(target.read(seal(target), later).kind, Kind::admitted);
  RecordedLog longer = home;
  longer.read(client_commit(longer.reader, "application/srv_9", later), later);
  longer.read(client_commit(longer.reader, "application/srv_9", later), later);
  const Head before = target.head;
  for (std::uint64_t ordinal = 1; ordinal <= longer.ordinals(); ++ordinal)
    expect_void(carry(longer.carried(ordinal)), VoidReason::import);
  EXPECT_EQ(target.head.view, before.view);
}

TEST_F(Import, IsVoidInALogThatBeganWithAGenesis) {
  target.begin();
  for (std::uint64_t ordinal = 1; ordinal <= 2; ++ordinal)
    expect_void(carry(ordinal), VoidReason::import);
}

TEST_F(Import, ComesInOrderAndOnce) {
  expect_void(carry(2), VoidReason::import);
  EXPECT_EQ(carry(1).kind, Kind::admitted);
  expect_void(carry(1), VoidReason::import);
  expect_void(carry(3), VoidReason::import);
  EXPECT_EQ(carry(2).kind, Kind::admitted);
}

TEST_F(Import, IsOfOneLog) {
  const RecordedLog other = history(third_log);
  ASSERT_EQ(carry(1).kind, Kind::admitted);
  expect_void(carry(other.carried(2)), VoidReason::import);
  EXPECT_EQ(carry(2).kind, Kind::admitted);
}

TEST_F(Import, IsNeverOfTheLogItself) {
  LogReader itself(home.reader.log_id);
  const Verdict verdict = itself.read(imported_frame(itself, home.carried(1)), later);
  expect_void(verdict, VoidReason::import);
}

TEST_F(Import, KeepsOtherCommitsOutUntilTheSeal) {
  carry_all();
  expect_void(target.read(client_commit(target, "application/srv_1", later), later),
              VoidReason::import);
  const std::string tick =
      make_frame(*target.mac, new_log, Partition::control, FrameKind::tick, "");
  EXPECT_EQ(target.read(tick, later).kind, Kind::tick);
  expect_same(target, home.reader);
}

TEST_F(Import, KeepsAGenesisOut) {
  ASSERT_EQ(carry(1).kind, Kind::admitted);
  Commit genesis = samples::commit();
  genesis.writes = {{"system", 0, {encode_event(samples::log_created())}}};
  genesis.guards = {};
  genesis.deadline = later;
  expect_void(target.read(genesis, later), VoidReason::import);
}

TEST_F(Import, NeedsBothMacs) {
  expect_void(target.read(make_frame(samples::fleet_mac(7, 'x'), new_log, Partition::control,
                                     FrameKind::imported, home.carried(1))),
              VoidReason::mac);
  const Commit genesis = decode_commit(parse_frame(home.admitted[0].bytes)->payload).value();
  const std::string forged = samples::frame_of(genesis, samples::fleet_mac(7, 'x'));
  expect_void(carry(changed(1, [&](Imported& i) { i.frame = forged; })), VoidReason::mac);
  const std::string unknown = samples::frame_of(genesis, samples::fleet_mac(8));
  expect_void(carry(changed(1, [&](Imported& i) { i.frame = unknown; })), VoidReason::key);
  const std::string of_tokens =
      samples::frame_of(genesis, samples::fleet_mac(), Partition::tokens_00);
  expect_void(carry(changed(1, [&](Imported& i) { i.frame = of_tokens; })), VoidReason::mac);
  expect_void(carry(changed(1, [&](Imported& i) { i.log_id = third_log; })), VoidReason::mac);
  EXPECT_EQ(carry(1).kind, Kind::admitted);
}

TEST_F(Import, HoldsOneCommitAndNothingElse) {
  const auto of_home = [&](FrameKind kind, std::string_view payload) {
    return make_frame(*target.mac, samples::log_id, Partition::control, kind, payload);
  };
  for (const std::string& frame :
       {of_home(FrameKind::tick, ""), of_home(FrameKind::imported, home.carried(1)),
        of_home(FrameKind::commit, "not a commit"), std::string("garbage"), std::string()})
    expect_void(carry(changed(1, [&](Imported& i) { i.frame = frame; })), VoidReason::payload);
  for (const std::string& payload : {std::string(), std::string("garbage"),
                                     home.carried(1).substr(0, home.carried(1).size() / 2)})
    expect_void(carry(payload), VoidReason::payload);
}

TEST_F(Import, IsCheckedAsAtHome) {
  ASSERT_EQ(carry(1).kind, Kind::admitted);
  // The home's deadlines are the records' own times.
  expect_void(carry(changed(2, [](Imported& i) { i.log_time += Duration(1); })),
              VoidReason::deadline);
  expect_void(carry(changed(2, [](Imported& i) { i.log_time = noon - Duration(1); })),
              VoidReason::import);
  const auto carry_commit = [&](const Commit& commit) {
    const std::string frame = samples::frame_of(commit, *target.mac);
    return carry(changed(2, [&](Imported& i) { i.frame = frame; }));
  };
  Commit commit = client_commit(target, "application/srv_1", noon + a_second);
  commit.feature_level = 2;
  expect_void(carry_commit(commit), VoidReason::level);
  commit = client_commit(target, "application/srv_1", noon + a_second);
  commit.view.hash[0] ^= 1;
  expect_void(carry_commit(commit), VoidReason::view);
  commit = client_commit(target, "application/srv_1", noon + a_second);
  commit.writes[0].expected_version = 1;
  expect_void(carry_commit(commit), VoidReason::version);
  EXPECT_EQ(carry(2).kind, Kind::admitted);
}

TEST_F(Import, NeverStartsBeforeTime) {
  expect_void(carry(changed(1, [](Imported& i) { i.log_time = Timestamp::min(); })),
              VoidReason::import);
}

TEST_F(Import, StopsAtALevelThatThisBuildLacks) {
  FeatureLevelRaised raised;
  raised.level = feature_level_supported + 1;
  Commit commit = client_commit(home.reader, "system", noon + a_second);
  commit.view = home.admitted[0].after.view;
  commit.writes = {{"system", 1, {encode_event(raised)}}};
  const std::string frame = samples::frame_of(commit, *target.mac);
  ASSERT_EQ(carry(1).kind, Kind::admitted);
  const Head before = target.head;
  EXPECT_EQ(carry(changed(2, [&](Imported& i) { i.frame = frame; })).kind, Kind::stop);
  EXPECT_EQ(target.head, before);
}

class SealOfAnImport : public Import {};

TEST_F(SealOfAnImport, NamesTheLogThatItIsIn) {
  carry_all();
  Commit other = seal(target);
  other.writes[0].events = {samples::log_sealed(third_log)};
  expect_void(target.read(other, later), VoidReason::import);
  other.writes[0].events = {samples::log_sealed(samples::log_id)};
  expect_void(target.read(other, later), VoidReason::import);
}

TEST_F(SealOfAnImport, EndsExactlyTheHistoryThatItsWriterKnows) {
  ASSERT_EQ(carry(1).kind, Kind::admitted);
  Commit early = seal(target);
  early.writes = {{"00/anything", 0, early.writes[0].events}};  // no version to save us
  early.deadline = later;
  ASSERT_EQ(carry(2).kind, Kind::admitted);
  expect_void(target.read(early, later), VoidReason::view);
  EXPECT_EQ(target.head.source, samples::log_id);
}

TEST_F(SealOfAnImport, HasADeadlineInTheTimeOfThisLog) {
  carry_all();
  Commit late = seal(target);
  late.deadline = later;
  expect_void(target.read(late, later + Duration(1)), VoidReason::deadline);
  EXPECT_EQ(target.read(late, later).kind, Kind::admitted);
}

TEST_F(SealOfAnImport, IsVoidWhereNothingIsCarriedOver) {
  expect_void(target.read(seal(target), noon), VoidReason::import);
  target.begin();
  expect_void(target.read(seal(target), noon), VoidReason::import);
  LogReader sealed(third_log);
  for (std::uint64_t ordinal = 1; ordinal <= home.ordinals(); ++ordinal)
    sealed.read(imported_frame(sealed, home.carried(ordinal)), later);
  ASSERT_EQ(sealed.read(seal(sealed), later).kind, Kind::admitted);
  expect_void(sealed.read(seal(sealed), later), VoidReason::import);
}

TEST_F(SealOfAnImport, ClosesTokensThatHadNothing) {
  LogReader tokens(new_log, Partition::tokens_00);
  ASSERT_EQ(tokens.read(seal(tokens), noon).kind, Kind::admitted);
  EXPECT_EQ(tokens.head.source, std::nullopt);
  RecordedLog had(samples::log_id, Partition::tokens_00);
  ASSERT_EQ(had.read(client_commit(had.reader, "00/revocation/a", later), noon).kind,
            Kind::admitted);
  expect_void(tokens.read(imported_frame(tokens, had.carried(1)), noon), VoidReason::import);
}

// The second move: what is carried over was carried over before, and sealed.
class SecondImport : public Import {
 protected:
  SecondImport() {
    for (std::uint64_t ordinal = 1; ordinal <= home.ordinals(); ++ordinal)
      second.read(imported_frame(second.reader, home.carried(ordinal)), later);
    second.read(seal(second.reader), noon);
    for (int i = 1; i <= 2; ++i)
      second.read(client_commit(second.reader, "application/srv_1", later + i * a_second), later);
    OPTARE_ASSERT(second.ordinals() == home.ordinals() + 3);
  }
  RecordedLog second{new_log};
  LogReader third{third_log};
};

TEST_F(SecondImport, CarriesTheSealAndGoesOnWithTheSecondLog) {
  for (std::uint64_t ordinal = 1; ordinal <= second.ordinals(); ++ordinal)
    ASSERT_EQ(third.read(imported_frame(third, second.carried(ordinal)), later).kind,
              Kind::admitted)
        << ordinal;
  EXPECT_EQ(third.head.source, new_log);
  expect_same(third, second.reader);
  ASSERT_EQ(third.read(seal(third), later).kind, Kind::admitted);
  EXPECT_EQ(third.head.source, std::nullopt);
}

TEST_F(SecondImport, NeedsTheSealBetweenTheLogs) {
  for (std::uint64_t ordinal = 1; ordinal <= home.ordinals(); ++ordinal)
    third.read(imported_frame(third, second.carried(ordinal)), later);
  Commit unsealed = client_commit(third, "application/srv_1", later);
  const std::string frame = make_frame(*third.mac, new_log, Partition::control, FrameKind::commit,
                                       encode_commit(unsealed).value());
  const auto carried = [&](const LogId& log, std::string_view bytes) {
    return imported_frame(third,
                          encode_imported({log, home.ordinals() + 1, third.head.log_time, bytes}));
  };
  expect_void(third.read(carried(new_log, frame), later), VoidReason::import);
  // Nor does the first log go on behind a seal of the second.
  ASSERT_EQ(third.read(imported_frame(third, second.carried(home.ordinals() + 1)), later).kind,
            Kind::admitted);
  unsealed.view = third.head.view;
  const std::string of_first = samples::frame_of(unsealed, *third.mac);
  expect_void(
      third.read(imported_frame(third, encode_imported({samples::log_id, home.ordinals() + 2,
                                                        third.head.log_time, of_first})),
                 later),
      VoidReason::import);
}

// What may lie in a log beside what the importer sends.
std::string something_else(const RecordedLog& home, const RecordedLog& other,
                           const LogReader& target, const std::vector<std::string>& seals) {
  const std::uint64_t any = *rc::gen::inRange<std::uint64_t>(1, home.ordinals() + 1);
  switch (*rc::gen::inRange(0, 6)) {
    case 0:
      return "garbage";
    case 1:
      return imported_frame(target, home.carried(any));
    case 2:
      return imported_frame(target, other.carried(any));
    case 3:
      return target.frame_of(client_commit(target, "application/srv_1", later));
    case 4:
      return seals.empty() ? "" : seals[*rc::gen::inRange<std::size_t>(0, seals.size())];
    default:
      return home.admitted[any - 1].bytes;
  }
}

RC_GTEST_PROP(ImportProperty, AnyNoiseAndAnyNumberOfImportersLeaveTheSameHistory, ()) {
  const RecordedLog home = history();
  const RecordedLog other = history(third_log);
  LogReader target(new_log);
  std::vector<std::string> seals;  // of importers that knew less
  const auto check = [&] {
    for (const auto& [ordinal, hash] : target.chain) {
      if (ordinal <= home.ordinals()) RC_ASSERT(hash == home.reader.chain.at(ordinal));
    }
  };
  target.read(imported_frame(target, home.carried(1)), later);
  while (target.head.view.ordinal < home.ordinals()) {
    // A run begins where the log is, sends some, and ends: crashed, or done.
    const std::uint64_t from = target.head.view.ordinal + 1;
    const auto until = *rc::gen::inRange<std::uint64_t>(from, home.ordinals() + 1);
    for (std::uint64_t ordinal = from; ordinal <= until; ++ordinal) {
      seals.push_back(target.frame_of(seal(target)));
      for (int i = *rc::gen::inRange(0, 3); i > 0; --i) {
        // A stale seal is void; one that is exact ends the history early, which nobody sends.
        std::vector<std::string> stale(seals.begin(), seals.end() - 1);
        target.read(something_else(home, other, target, stale), later);
        check();
      }
      target.read(imported_frame(target, home.carried(ordinal)), later);
      check();
    }
  }
  RC_ASSERT(target.read(seal(target), later).kind == Kind::admitted);
  const View sealed = target.head.view;
  RC_ASSERT(sealed.ordinal == home.ordinals() + 1);
  RC_ASSERT(target.chain.at(home.ordinals()) == home.reader.head.view.hash);
  for (std::uint64_t ordinal = 1; ordinal <= home.ordinals(); ++ordinal)
    RC_ASSERT(target.read(imported_frame(target, home.carried(ordinal)), later).kind ==
              Kind::void_record);
  RC_ASSERT(target.head.view == sealed);
}

RC_GTEST_PROP(ImportProperty, ArbitraryPayloadsNeverCrashAndNeverCount,
              (const std::string& payload)) {
  LogReader target(new_log);
  RC_ASSERT(target.read(imported_frame(target, payload), later).kind == Kind::void_record);
  RC_ASSERT(target.head.view == View{});
}

}  // namespace
}  // namespace optare
