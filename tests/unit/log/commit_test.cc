#include "core/log/commit.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/support/log_samples.h"

namespace optare {
namespace {

using samples::filled;

std::vector<EncodedEvent> events(std::size_t count) {
  return std::vector<EncodedEvent>(count, encode_event(samples::client_renamed("x")));
}

TEST(Commit, ReadsBackWhatItWrote) {
  const Commit commit = samples::commit();
  EXPECT_EQ(decode_commit(encode_commit(commit).value()), commit);
}

TEST(Commit, ReadsBackWhatItWroteWhenMostIsEmpty) {
  Commit commit;
  commit.writes = {{"system", 0, {}}};
  EXPECT_EQ(decode_commit(encode_commit(commit).value()), commit);
}

TEST(Commit, ReadsFromAnyAddress) {
  const std::string bytes = encode_commit(samples::commit()).value();
  for (std::size_t shift = 0; shift < 9; ++shift) {
    const std::string shifted = std::string(shift, '#') + bytes;
    EXPECT_EQ(decode_commit(std::string_view(shifted).substr(shift)), samples::commit());
  }
}

std::string any_text(std::size_t bytes_max) {
  auto text = *rc::gen::arbitrary<std::string>();
  return text.substr(0, bytes_max);
}

Commit any_commit() {
  Commit commit;
  for (auto& byte : commit.id) byte = *rc::gen::arbitrary<std::uint8_t>();
  commit.deadline = timestamp_of(*rc::gen::arbitrary<std::int64_t>());
  commit.feature_level = *rc::gen::arbitrary<std::uint32_t>();
  commit.view = {*rc::gen::arbitrary<std::uint64_t>(),
                 filled<32>(*rc::gen::arbitrary<std::uint8_t>())};
  const auto writes = *rc::gen::inRange<std::size_t>(1, commit_writes_max + 1);
  for (std::size_t i = 0; i < writes; ++i) {
    StreamWrite& write = commit.writes.emplace_back();
    write.stream = "s/" + std::to_string(i);
    write.expected_version = *rc::gen::arbitrary<std::uint64_t>();
    for (auto n = *rc::gen::inRange(0, 3); n > 0; --n)
      write.events.push_back(
          {*rc::gen::arbitrary<std::uint16_t>(), *rc::gen::arbitrary<std::vector<std::uint8_t>>()});
  }
  for (auto n = *rc::gen::inRange<std::size_t>(0, commit_guards_max + 1); n > 0; --n)
    commit.guards.push_back({"g/" + std::to_string(n), *rc::gen::arbitrary<std::uint64_t>()});
  commit.actor = {
      *rc::gen::element(ActorType::system, ActorType::application, ActorType::operator_),
      any_text(64)};
  commit.request_id = any_text(64);
  commit.cause = any_text(64);
  commit.node_id = any_text(64);
  commit.origin_address = any_text(64);
  if (*rc::gen::arbitrary<bool>()) {
    commit.command_id = filled<16>(*rc::gen::arbitrary<std::uint8_t>());
    commit.request_digest = filled<32>(*rc::gen::arbitrary<std::uint8_t>());
  }
  return commit;
}

RC_GTEST_PROP(Commit, WithinTheLimitsSurvivesTheCodec, ()) {
  const Commit commit = any_commit();
  const auto bytes = encode_commit(commit);
  RC_ASSERT(bytes.has_value());
  const auto read = decode_commit(*bytes);
  RC_ASSERT(read.has_value() && *read == commit);
}

RC_GTEST_PROP(Commit, OfArbitraryBytesIsRefusedOrWithinTheLimits, (const std::string& bytes)) {
  const auto commit = decode_commit(bytes);
  RC_ASSERT((!commit || check_commit(*commit)));
}

RC_GTEST_PROP(Commit, OfMutatedBytesIsRefusedOrWithinTheLimits, ()) {
  std::string bytes = encode_commit(samples::commit()).value();
  for (auto n = *rc::gen::inRange(1, 8); n > 0; --n)
    bytes[*rc::gen::inRange<std::size_t>(0, bytes.size())] = *rc::gen::arbitrary<char>();
  bytes.resize(*rc::gen::inRange<std::size_t>(0, bytes.size() + 1));
  const auto commit = decode_commit(bytes);
  RC_ASSERT((!commit || check_commit(*commit)));
}

// One row one limit: `at` is the last that passes, `over` the first that does not.
struct LimitCase {
  const char* what;
  std::function<void(Commit&)> at;
  std::function<void(Commit&)> over;
  Code code;
};

std::vector<StreamWrite> claims(std::size_t count) {
  std::vector<StreamWrite> writes;
  for (std::size_t i = 0; i < count; ++i) writes.push_back({"w/" + std::to_string(i), 0, {}});
  return writes;
}
std::vector<Guard> guards(std::size_t count) {
  std::vector<Guard> made;
  for (std::size_t i = 0; i < count; ++i) made.push_back({"g/" + std::to_string(i), 0});
  return made;
}

const std::vector<LimitCase>& limits() {
  static const std::vector<LimitCase> cases{
      {"at least one write", [](Commit& c) { c.writes = claims(1); },
       [](Commit& c) { c.writes = {}; }, Code::internal},
      {"16 writes", [](Commit& c) { c.writes = claims(16); },
       [](Commit& c) { c.writes = claims(17); }, Code::too_large},
      {"16 guards", [](Commit& c) { c.guards = guards(16); },
       [](Commit& c) { c.guards = guards(17); }, Code::too_large},
      {"32 events over all writes",
       [](Commit& c) { c.writes = {{"a", 0, events(20)}, {"b", 0, events(12)}}; },
       [](Commit& c) { c.writes = {{"a", 0, events(20)}, {"b", 0, events(13)}}; }, Code::too_large},
      {"stream name not empty", [](Commit& c) { c.writes[0].stream = "a"; },
       [](Commit& c) { c.writes[0].stream = ""; }, Code::internal},
      {"stream name of 128 bytes", [](Commit& c) { c.writes[0].stream = std::string(128, 'a'); },
       [](Commit& c) { c.writes[0].stream = std::string(129, 'a'); }, Code::internal},
      {"guard name of 128 bytes", [](Commit& c) { c.guards[0].stream = std::string(128, 'a'); },
       [](Commit& c) { c.guards[0].stream = std::string(129, 'a'); }, Code::internal},
      {"stream name from space on", [](Commit& c) { c.writes[0].stream = " "; },
       [](Commit& c) { c.writes[0].stream = "\x1f"; }, Code::internal},
      {"stream name up to tilde", [](Commit& c) { c.writes[0].stream = "~"; },
       [](Commit& c) { c.writes[0].stream = "\x7f"; }, Code::internal},
      {"stream name in ASCII", [](Commit& c) { c.guards[0].stream = "e"; },
       [](Commit& c) { c.guards[0].stream = "\xc3\xa9"; }, Code::internal},
      {"no stream written twice", [](Commit& c) { c.writes = {{"a", 0, {}}, {"b", 0, {}}}; },
       [](Commit& c) { c.writes = {{"a", 0, {}}, {"a", 1, {}}}; }, Code::internal},
      {"no guard on a written stream", [](Commit& c) { c.guards[0].stream = "other"; },
       [](Commit& c) { c.guards[0].stream = c.writes[0].stream; }, Code::internal},
      {"request id of 64 bytes", [](Commit& c) { c.request_id = std::string(64, 'a'); },
       [](Commit& c) { c.request_id = std::string(65, 'a'); }, Code::too_large},
      {"cause of 64 bytes", [](Commit& c) { c.cause = std::string(64, 'a'); },
       [](Commit& c) { c.cause = std::string(65, 'a'); }, Code::too_large},
      {"node id of 64 bytes", [](Commit& c) { c.node_id = std::string(64, 'a'); },
       [](Commit& c) { c.node_id = std::string(65, 'a'); }, Code::too_large},
      {"origin address of 64 bytes", [](Commit& c) { c.origin_address = std::string(64, 'a'); },
       [](Commit& c) { c.origin_address = std::string(65, 'a'); }, Code::too_large},
      {"actor id of 64 bytes", [](Commit& c) { c.actor.id = std::string(64, 'a'); },
       [](Commit& c) { c.actor.id = std::string(65, 'a'); }, Code::too_large},
      {"a known type of actor", [](Commit& c) { c.actor.type = ActorType::operator_; },
       [](Commit& c) { c.actor.type = static_cast<ActorType>(3); }, Code::internal},
      {"command id with request digest", [](Commit&) {},
       [](Commit& c) { c.request_digest.reset(); }, Code::internal},
  };
  return cases;
}

// The commit's bytes without any check, as a foreign or broken writer might make them.
std::string encode_unchecked(const Commit& commit) {
  schema::CommitT table;
  table.commit_id.assign(commit.id.begin(), commit.id.end());
  table.deadline = milliseconds_of(commit.deadline);
  table.feature_level = commit.feature_level;
  table.view_hash.assign(commit.view.hash.begin(), commit.view.hash.end());
  for (const StreamWrite& write : commit.writes) {
    auto& w = *table.writes.emplace_back(std::make_unique<schema::StreamWriteT>());
    w.stream = write.stream;
    for (const EncodedEvent& event : write.events) {
      auto& e = *w.events.emplace_back(std::make_unique<schema::EventRecordT>());
      e.type = event.type;
      e.payload = event.payload;
    }
  }
  for (const Guard& guard : commit.guards)
    table.guards.emplace_back(std::make_unique<schema::GuardT>())->stream = guard.stream;
  table.actor_type = commit.actor.type;
  table.actor_id = commit.actor.id;
  table.request_id = commit.request_id;
  table.cause = commit.cause;
  table.node_id = commit.node_id;
  table.origin_address = commit.origin_address;
  if (commit.command_id)
    table.command_id.assign(commit.command_id->begin(), commit.command_id->end());
  if (commit.request_digest)
    table.request_digest.assign(commit.request_digest->begin(), commit.request_digest->end());
  flatbuffers::FlatBufferBuilder builder;
  builder.Finish(schema::Commit::Pack(builder, &table));
  return {reinterpret_cast<const char*>(builder.GetBufferPointer()), builder.GetSize()};
}

TEST(CommitLimits, HoldOnTheWayOut) {
  for (const LimitCase& limit : limits()) {
    Commit commit = samples::commit();
    limit.at(commit);
    EXPECT_TRUE(encode_commit(commit).has_value()) << limit.what;
    limit.over(commit);
    const auto refused = encode_commit(commit);
    ASSERT_FALSE(refused.has_value()) << limit.what;
    EXPECT_EQ(refused.error().code, limit.code) << limit.what;
  }
}

TEST(CommitLimits, HoldOnTheWayIn) {
  for (const LimitCase& limit : limits()) {
    Commit commit = samples::commit();
    limit.at(commit);
    EXPECT_EQ(decode_commit(encode_unchecked(commit)), commit) << limit.what;
    limit.over(commit);
    const auto refused = decode_commit(encode_unchecked(commit));
    ASSERT_FALSE(refused.has_value()) << limit.what;
    EXPECT_EQ(refused.error().code, Code::malformed) << limit.what;
  }
}

// A commit whose encoding is as large as may be, found by trying.
Commit commit_of_bytes_max() {
  Commit commit = samples::commit();
  std::vector<std::uint8_t>& payload = commit.writes[0].events[0].payload;
  for (payload.resize(commit_bytes_max); !encode_commit(commit); payload.pop_back()) {
  }
  return commit;
}

TEST(CommitLimits, HoldSixtyFourKibibytes) {
  Commit commit = commit_of_bytes_max();
  const std::string bytes = encode_commit(commit).value();
  EXPECT_LE(bytes.size(), commit_bytes_max);
  EXPECT_GT(bytes.size(), commit_bytes_max - 16);
  EXPECT_EQ(decode_commit(bytes), commit);

  commit.writes[0].events[0].payload.resize(commit.writes[0].events[0].payload.size() + 16);
  EXPECT_EQ(encode_commit(commit).error().code, Code::too_large);
  EXPECT_FALSE(decode_commit(encode_unchecked(commit)).has_value());
}

TEST(CommitLimits, HoldTheSizesOfIdsAndHashes) {
  const auto with_sizes = [](std::size_t commit_id, std::size_t view_hash, std::size_t command_id,
                             std::size_t digest) {
    schema::CommitT table;
    table.commit_id.resize(commit_id);
    table.view_hash.resize(view_hash);
    table.command_id.resize(command_id);
    table.request_digest.resize(digest);
    table.writes.emplace_back(std::make_unique<schema::StreamWriteT>())->stream = "system";
    flatbuffers::FlatBufferBuilder builder;
    builder.Finish(schema::Commit::Pack(builder, &table));
    return decode_commit(
               {reinterpret_cast<const char*>(builder.GetBufferPointer()), builder.GetSize()})
        .has_value();
  };
  EXPECT_TRUE(with_sizes(16, 32, 16, 32));
  EXPECT_TRUE(with_sizes(16, 32, 0, 0));
  EXPECT_FALSE(with_sizes(15, 32, 16, 32));
  EXPECT_FALSE(with_sizes(17, 32, 16, 32));
  EXPECT_FALSE(with_sizes(16, 31, 16, 32));
  EXPECT_FALSE(with_sizes(16, 33, 16, 32));
  EXPECT_FALSE(with_sizes(16, 32, 15, 32));
  EXPECT_FALSE(with_sizes(16, 32, 16, 33));
}

}  // namespace
}  // namespace optare
