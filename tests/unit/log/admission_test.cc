#include "core/log/admission.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "core/ports/crypto.h"
#include "tests/support/log_reader.h"

namespace optare {
namespace {

using samples::noon;
using Reader = samples::LogReader;
using Kind = Verdict::Kind;
constexpr Duration a_millisecond{1};

// Decided on what `reader` has read.
Commit next_commit(const Reader& reader) {
  Commit commit = samples::commit();
  commit.view = reader.head.view;
  commit.guards = {{"application/srv_admin", 1}};
  return commit;
}

class Admission : public testing::Test {
 protected:
  void SetUp() override { reader.begin(); }
  // Reads it, expects it void, and that nothing moved but offset, log time and the count of voids.
  void expect_void(std::string bytes, VoidReason reason, Timestamp time = noon) {
    Head expected = reader.head;
    ++expected.next_offset;
    ++expected.voids;
    expected.log_time = std::max(expected.log_time, time);
    const Verdict verdict = reader.read(std::move(bytes), time);
    EXPECT_EQ(verdict.kind, Kind::void_record);
    EXPECT_EQ(void_reason_name(verdict.reason), void_reason_name(reason));
    EXPECT_EQ(verdict.head, expected);
  }
  void expect_void(const Commit& commit, VoidReason reason, Timestamp time = noon) {
    expect_void(samples::frame_of(commit, *reader.mac), reason, time);
  }
  Reader reader;
};

TEST_F(Admission, MovesTheHeadByOneCommit) {
  const Head before = reader.head;
  const Commit commit = next_commit(reader);
  const std::string bytes = samples::frame_of(commit, *reader.mac);
  const Verdict verdict = reader.read(bytes, noon + a_millisecond);
  EXPECT_EQ(verdict.kind, Kind::admitted);
  EXPECT_EQ(verdict.commit, commit);
  EXPECT_EQ(verdict.head.next_offset, before.next_offset + 1);
  EXPECT_EQ(verdict.head.log_time, noon + a_millisecond);
  EXPECT_EQ(verdict.head.voids, 0U);
  EXPECT_EQ(verdict.head.view.ordinal, 2U);
  EXPECT_EQ(verdict.head.view.hash, chain_hash(before.view.hash, 2, noon + a_millisecond, bytes));
}

TEST_F(Admission, VoidsWhatIsNotAFrame) {
  expect_void(std::string("anything at all"), VoidReason::frame);
  expect_void(std::string(), VoidReason::frame);
  expect_void(std::string(2 * frame_bytes_max, 'x'), VoidReason::frame);
}

TEST_F(Admission, VoidsAKeyThatWasNotIntroduced) {
  expect_void(samples::frame_of(next_commit(reader), samples::fleet_mac(8)), VoidReason::key);
}

TEST_F(Admission, VoidsAKeyThatWasNotIntroducedEvenWhenTheNodeHasIt) {
  reader.mac = std::make_shared<FleetMac>(samples::fleet_mac(8));
  expect_void(samples::frame_of(next_commit(reader), *reader.mac), VoidReason::key);
}

TEST_F(Admission, VoidsAWrongMac) {
  expect_void(samples::frame_of(next_commit(reader), samples::fleet_mac(7, 'x')), VoidReason::mac);
}

TEST_F(Admission, VoidsTheFrameOfAnotherPartitionOrLog) {
  const Commit commit = next_commit(reader);
  expect_void(samples::frame_of(commit, *reader.mac, Partition::tokens_00), VoidReason::mac);
  expect_void(make_frame(*reader.mac, samples::filled<16>(0x11), Partition::control,
                         FrameKind::commit, encode_commit(commit).value()),
              VoidReason::mac);
}

TEST_F(Admission, VoidsEverySingleFlippedBit) {
  const std::string frame = samples::frame_of(next_commit(reader), *reader.mac);
  for (std::size_t at = 0; at < frame.size(); ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string flipped = frame;
      flipped[at] = static_cast<char>(flipped[at] ^ (1 << bit));
      ASSERT_EQ(reader.read(flipped).kind, Kind::void_record) << "byte " << at << ", bit " << bit;
    }
  }
  EXPECT_EQ(reader.read(frame).kind, Kind::admitted);
}

TEST_F(Admission, VoidsAPayloadThatIsNoCommit) {
  const auto framed = [&](std::string_view payload, FrameKind kind = FrameKind::commit) {
    return make_frame(*reader.mac, samples::log_id, Partition::control, kind, payload);
  };
  expect_void(framed(""), VoidReason::payload);
  expect_void(framed("not a commit"), VoidReason::payload);
  expect_void(framed(std::string(commit_bytes_max + 1, '\0')), VoidReason::payload);
}

TEST_F(Admission, AdmitsAtTheDeadlineAndVoidsAfterIt) {
  const Commit commit = next_commit(reader);
  expect_void(commit, VoidReason::deadline, commit.deadline + a_millisecond);
  reader = Reader();
  reader.begin();
  EXPECT_EQ(reader.read(commit, commit.deadline).kind, Kind::admitted);
}

TEST_F(Admission, JudgesTheDeadlineByLogTimeWhichNeverFalls) {
  const Commit commit = next_commit(reader);
  expect_void(std::string("noise, stamped late"), VoidReason::frame,
              commit.deadline + a_millisecond);
  expect_void(commit, VoidReason::deadline, noon);
}

TEST_F(Admission, VoidsACommitAboveTheRaisedLevel) {
  Commit commit = next_commit(reader);
  commit.feature_level = 2;
  expect_void(commit, VoidReason::level);
}

TEST_F(Admission, VoidsAViewAheadOfTheLog) {
  Commit commit = next_commit(reader);
  ++commit.view.ordinal;
  expect_void(commit, VoidReason::view);
}

TEST_F(Admission, VoidsAViewOfAnotherHistory) {
  Commit now = next_commit(reader);
  now.view.hash[31] ^= 1;
  expect_void(now, VoidReason::view);

  Commit earlier = next_commit(reader);
  ASSERT_EQ(reader.read(next_commit(reader)).kind, Kind::admitted);
  earlier.view.hash[0] ^= 1;
  expect_void(earlier, VoidReason::view);

  Commit from_nothing = next_commit(reader);
  from_nothing.view = {0, samples::filled<32>(1)};
  expect_void(from_nothing, VoidReason::view);
}

TEST_F(Admission, AdmitsAnEarlierViewOfThisLog) {
  const Head before = reader.head;
  ASSERT_EQ(reader.read(next_commit(reader)).kind, Kind::admitted);
  for (const View& view : {View{}, before.view}) {
    Commit commit = samples::commit();
    commit.writes = {{"application/decided-at-" + std::to_string(view.ordinal), 0, {}}};
    commit.guards = {};
    commit.view = view;
    EXPECT_EQ(reader.read(commit).kind, Kind::admitted) << view.ordinal;
  }
}

TEST_F(Admission, VoidsAViewOlderThanTheKeptHashes) {
  const View old = reader.head.view;
  Commit commit = next_commit(reader);
  const auto at_age = [&](std::uint64_t age) {
    Reader later = reader;
    later.head.view = {old.ordinal + age, samples::filled<32>(0x77)};
    return later.read(commit);
  };
  EXPECT_EQ(at_age(view_age_max - 1).kind, Kind::admitted);
  const Verdict verdict = at_age(view_age_max);
  EXPECT_EQ(verdict.kind, Kind::void_record);
  EXPECT_EQ(verdict.reason, VoidReason::view);
}

TEST_F(Admission, StopsWhenTheStoreHasLostTheChain) {
  Commit commit = next_commit(reader);
  ASSERT_EQ(reader.read(next_commit(reader)).kind, Kind::admitted);
  reader.chain.clear();
  EXPECT_EQ(reader.read(commit).kind, Kind::stop);
}

TEST_F(Admission, VoidsAWriteOrGuardOfAStreamThatMoved) {
  for (const std::uint64_t version : {1U, 2U}) {
    Commit commit = next_commit(reader);
    commit.writes[0].expected_version = version;
    expect_void(commit, VoidReason::version);
  }
  for (const std::uint64_t version : {0U, 2U}) {
    Commit commit = next_commit(reader);
    commit.guards[0].version = version;
    expect_void(commit, VoidReason::version);
  }
}

TEST_F(Admission, AdmitsTheSameBytesOnce) {
  const std::string bytes = samples::frame_of(next_commit(reader), *reader.mac);
  EXPECT_EQ(reader.read(bytes).kind, Kind::admitted);
  expect_void(bytes, VoidReason::version);
}

TEST_F(Admission, KeepsTheCommitOfAVoidRecordSoThatItsSenderKnows) {
  const Commit commit = next_commit(reader);
  const Verdict verdict = reader.read(commit, commit.deadline + a_millisecond);
  ASSERT_TRUE(verdict.commit.has_value());
  EXPECT_EQ(verdict.commit->id, commit.id);
}

TEST_F(Admission, ChecksInTheOrderOfTheDesign) {
  // Everything is wrong; one thing after the other is put right.
  Commit commit = next_commit(reader);
  const Timestamp in_time = commit.deadline;
  commit.writes[0].expected_version = 9;
  commit.view.hash[0] ^= 1;
  commit.feature_level = 2;
  const Timestamp late = in_time + a_millisecond;
  const auto reason_of = [&](const std::string& bytes, Timestamp time) {
    return Reader(reader).read(bytes, time).reason;
  };
  const std::string too_long(commit_bytes_max + 1, 'x');

  EXPECT_EQ(reason_of("x" + samples::frame_of(commit, samples::fleet_mac(8, 'x')), late),
            VoidReason::frame);
  EXPECT_EQ(reason_of(samples::frame_of(commit, samples::fleet_mac(8, 'x')), late),
            VoidReason::key);
  EXPECT_EQ(reason_of(make_frame(samples::fleet_mac(7, 'x'), samples::log_id, Partition::control,
                                 FrameKind::commit, too_long),
                      late),
            VoidReason::mac);
  EXPECT_EQ(reason_of(make_frame(*reader.mac, samples::log_id, Partition::control,
                                 FrameKind::commit, too_long),
                      late),
            VoidReason::payload);
  EXPECT_EQ(reason_of(samples::frame_of(commit, *reader.mac), late), VoidReason::deadline);
  EXPECT_EQ(reason_of(samples::frame_of(commit, *reader.mac), in_time), VoidReason::level);
  commit.feature_level = 1;
  EXPECT_EQ(reason_of(samples::frame_of(commit, *reader.mac), in_time), VoidReason::view);
  commit.view = reader.head.view;
  EXPECT_EQ(reason_of(samples::frame_of(commit, *reader.mac), in_time), VoidReason::version);
}

TEST_F(Admission, LetsATickMoveLogTimeOnly) {
  Head expected = reader.head;
  ++expected.next_offset;
  expected.log_time = noon + std::chrono::hours(1);
  const std::string tick =
      make_frame(*reader.mac, samples::log_id, Partition::control, FrameKind::tick, "");
  const Verdict verdict = reader.read(tick, expected.log_time);
  EXPECT_EQ(verdict.kind, Kind::tick);
  EXPECT_EQ(verdict.head, expected);
  expect_void(make_frame(samples::fleet_mac(7, 'x'), samples::log_id, Partition::control,
                         FrameKind::tick, ""),
              VoidReason::mac);
}

TEST_F(Admission, StopsAtAnIntroducedKeyThatTheNodeLacks) {
  const std::string frame = samples::frame_of(next_commit(reader), *reader.mac);
  reader.mac = std::make_shared<FleetMac>(samples::fleet_mac(8));
  const Head before = reader.head;
  const Verdict verdict = reader.read(frame);
  EXPECT_EQ(verdict.kind, Kind::stop);
  EXPECT_NE(verdict.stop_reason, "");
  EXPECT_EQ(verdict.head, before);
}

TEST_F(Admission, StopsAtALevelAboveItsOwnAndGoesOnAtItsOwn) {
  const auto raise_to = [&](std::uint32_t level) {
    FeatureLevelRaised raised;
    raised.level = level;
    Commit commit = next_commit(reader);
    commit.writes = {{"system", 1, {encode_event(raised)}}};
    return commit;
  };
  const Head before = reader.head;
  const Verdict stopped = reader.read(raise_to(feature_level_supported + 1));
  EXPECT_EQ(stopped.kind, Kind::stop);
  EXPECT_EQ(stopped.head, before);
  EXPECT_EQ(reader.read(raise_to(feature_level_supported)).kind, Kind::admitted);
  EXPECT_EQ(reader.head.feature_level, feature_level_supported);
}

TEST(AdmissionOfGenesis, IntroducesItsKey) {
  Reader reader;
  reader.begin();
  EXPECT_EQ(reader.head.key_ids, std::set<std::uint32_t>{samples::fleet_key_id});
}

TEST(AdmissionOfGenesis, IsVoidUnderAKeyThatTheNodeLacks) {
  Reader reader;
  Commit genesis = samples::commit();
  genesis.guards = {};
  const Verdict verdict = reader.read(samples::frame_of(genesis, samples::fleet_mac(8)));
  EXPECT_EQ(verdict.kind, Kind::void_record);
  EXPECT_EQ(verdict.reason, VoidReason::key);
}

TEST(AdmissionOfTokens, TakesEveryKeyOfTheNodeAsNoGenesisIntroducesOne) {
  Reader reader;
  reader.partition = Partition::tokens_00;
  for (const std::uint32_t key : {7U, 8U}) {
    reader.mac = std::make_shared<FleetMac>(samples::fleet_mac(key));
    Commit commit = samples::commit();
    commit.view = reader.head.view;
    commit.writes = {{"00/revocation/jti" + std::to_string(key), 0, {}}};
    commit.guards = {};
    EXPECT_EQ(reader.read(commit).kind, Kind::admitted);
  }
  EXPECT_TRUE(reader.head.key_ids.empty());
}

struct EndingStream {
  std::string_view stream;
  Duration life;
};

TEST(VersionAt, StandsAtZeroAgainWhenAStreamOfAFamilyEnds) {
  for (const EndingStream& ending : {EndingStream{"command/0011", std::chrono::hours(24)},
                                     EndingStream{"00/revocation/jti", std::chrono::days(30)},
                                     EndingStream{"17/revocation/jti", std::chrono::days(30)}}) {
    const StreamVersion written{3, noon};
    EXPECT_EQ(version_at(ending.stream, written, noon), 3U);
    EXPECT_EQ(version_at(ending.stream, written, noon + ending.life - a_millisecond), 3U)
        << ending.stream;
    EXPECT_EQ(version_at(ending.stream, written, noon + ending.life), 0U) << ending.stream;
  }
}

TEST(VersionAt, StandsForEverElsewhere) {
  for (const std::string_view stream :
       {"application/srv_1", "system", "commands/1", "0/x", "000/x", "00", "00x", "a0/x"})
    EXPECT_EQ(version_at(stream, {3, noon}, noon + std::chrono::days(10'000)), 3U) << stream;
}

TEST(ChainHash, IsOverThePreviousTheOrdinalTheTimeAndTheRecord) {
  std::string link(32, '\x05');
  append_u64(link, 9);
  append_u64(link, static_cast<std::uint64_t>(milliseconds_of(noon)));
  link += sha256_text("record");
  EXPECT_EQ(chain_hash(samples::filled<32>(5), 9, noon, "record"), sha256(link));
}

TEST(Head, ReadsBackWhatItWrote) {
  const Head head{12, {9, samples::filled<32>(3)}, noon, 4, {1, 7, 0xffffffff}, 5};
  EXPECT_EQ(decode_head(encode_head(head)), head);
  EXPECT_EQ(decode_head(encode_head(Head{})), Head{});
  Head importing = head;
  importing.source = samples::filled<16>(0x22);
  EXPECT_EQ(decode_head(encode_head(importing)), importing);
  EXPECT_FALSE(decode_head(encode_head(importing) + "x").has_value());
  const std::string bytes = encode_head(head);
  for (std::size_t cut = 0; cut < bytes.size(); ++cut)
    EXPECT_FALSE(decode_head(bytes.substr(0, cut)).has_value());
}

RC_GTEST_PROP(AdmissionProperty, OfArbitraryRecordsNeverCrashesAndNeverMovesTheView,
              (const std::string& bytes, std::int64_t time)) {
  Reader reader;
  const Verdict verdict = reader.read(bytes, timestamp_of(time));
  RC_ASSERT(verdict.kind == Kind::void_record);
  RC_ASSERT(reader.head.view == View{});
  RC_ASSERT(reader.head.log_time >= Timestamp{});
}

}  // namespace
}  // namespace optare
