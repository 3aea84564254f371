#include "core/log/commit.h"

#include <flatbuffers/flatbuffers.h>

#include <algorithm>
#include <set>

#include "core/base/aligned.h"
#include "core/base/encoding.h"

namespace optare {

namespace {

// Nesting is commit > write > event, and the limits bound the tables; a little room for what a
// later level adds.
constexpr flatbuffers::uoffset_t depth_max = 8;
constexpr flatbuffers::uoffset_t tables_max = 128;
static_assert(tables_max >= 1 + commit_writes_max + commit_guards_max + commit_events_max);

bool is_stream_name(std::string_view name) {
  return !name.empty() && name.size() <= stream_name_bytes_max &&
         std::ranges::all_of(name, [](char c) { return c >= 0x20 && c <= 0x7e; });
}

Result<void> check_counts(const Commit& commit) {
  std::size_t events = 0;
  for (const StreamWrite& write : commit.writes) events += write.events.size();
  if (commit.writes.size() > commit_writes_max)
    return reject(Code::too_large, "a commit writes at most 16 streams");
  if (commit.guards.size() > commit_guards_max)
    return reject(Code::too_large, "a commit has at most 16 guards");
  if (events > commit_events_max)
    return reject(Code::too_large, "a commit holds at most 32 events");
  return {};
}

Result<void> check_streams(const Commit& commit) {
  if (commit.writes.empty()) return reject(Code::internal, "a commit writes at least one stream");
  std::set<std::string_view> written;
  for (const StreamWrite& write : commit.writes) {
    if (!is_stream_name(write.stream))
      return reject(Code::internal, "a written stream's name is not 1..128 printable ASCII");
    if (!written.insert(write.stream).second)
      return reject(Code::internal, "a commit writes a stream twice");
  }
  for (const Guard& guard : commit.guards) {
    if (!is_stream_name(guard.stream))
      return reject(Code::internal, "a guard's stream is not 1..128 printable ASCII");
    if (written.contains(guard.stream))
      return reject(Code::internal, "a commit guards a stream that it writes");
  }
  return {};
}

Result<void> check_envelope(const Commit& commit) {
  for (const std::string* text : {&commit.actor.id, &commit.request_id, &commit.cause,
                                  &commit.node_id, &commit.origin_address}) {
    if (text->size() > envelope_text_bytes_max)
      return reject(Code::too_large, "a text of the envelope is over 64 bytes");
  }
  if (schema::EnumNameActorType(commit.actor.type)[0] == '\0')
    return reject(Code::internal, "the actor's type is unknown");
  if (commit.command_id.has_value() != commit.request_digest.has_value())
    return reject(Code::internal, "command id and request digest come together");
  return {};
}

using Builder = flatbuffers::FlatBufferBuilder;

flatbuffers::Offset<flatbuffers::String> optional_text(Builder& builder, const std::string& text) {
  return text.empty() ? 0 : builder.CreateString(text);
}

template <std::size_t N>
auto vector_of(Builder& builder, const std::array<std::uint8_t, N>& bytes) {
  return builder.CreateVector(bytes.data(), N);
}

flatbuffers::Offset<schema::EventRecord> build(Builder& builder, const EncodedEvent& event) {
  builder.ForceVectorAlignment(event.payload.size(), sizeof(std::uint8_t), 8);
  return schema::CreateEventRecord(builder, event.type, builder.CreateVector(event.payload));
}

flatbuffers::Offset<schema::StreamWrite> build(Builder& builder, const StreamWrite& write) {
  std::vector<flatbuffers::Offset<schema::EventRecord>> events;
  for (const EncodedEvent& event : write.events) events.push_back(build(builder, event));
  const auto stream = builder.CreateString(write.stream);
  return schema::CreateStreamWrite(builder, stream, write.expected_version,
                                   events.empty() ? 0 : builder.CreateVector(events));
}

flatbuffers::Offset<schema::Guard> build(Builder& builder, const Guard& guard) {
  return schema::CreateGuard(builder, builder.CreateString(guard.stream), guard.version);
}

void build(Builder& builder, const Commit& commit) {
  std::vector<flatbuffers::Offset<schema::StreamWrite>> writes;
  for (const StreamWrite& write : commit.writes) writes.push_back(build(builder, write));
  std::vector<flatbuffers::Offset<schema::Guard>> guards;
  for (const Guard& guard : commit.guards) guards.push_back(build(builder, guard));

  const auto commit_id = vector_of(builder, commit.id);
  const auto view_hash = vector_of(builder, commit.view.hash);
  const auto write_vector = builder.CreateVector(writes);
  const auto guard_vector = guards.empty() ? 0 : builder.CreateVector(guards);
  const auto actor_id = optional_text(builder, commit.actor.id);
  const auto request_id = optional_text(builder, commit.request_id);
  const auto cause = builder.CreateString(commit.cause);
  const auto node_id = optional_text(builder, commit.node_id);
  const auto origin_address = optional_text(builder, commit.origin_address);
  const auto command_id = commit.command_id ? vector_of(builder, *commit.command_id) : 0;
  const auto request_digest =
      commit.request_digest ? vector_of(builder, *commit.request_digest) : 0;
  builder.Finish(schema::CreateCommit(
      builder, commit_id, milliseconds_of(commit.deadline), commit.feature_level,
      commit.view.ordinal, view_hash, write_vector, guard_vector, commit.actor.type, actor_id,
      request_id, cause, node_id, origin_address, command_id, request_digest));
}

std::string text(const flatbuffers::String* s) { return s == nullptr ? std::string() : s->str(); }

// False when the size is not N exactly.
template <std::size_t N>
bool copy(const flatbuffers::Vector<std::uint8_t>& from, std::array<std::uint8_t, N>& to) {
  if (from.size() != N) return false;
  std::ranges::copy(from, to.begin());
  return true;
}
template <std::size_t N>
bool copy(const flatbuffers::Vector<std::uint8_t>* from,
          std::optional<std::array<std::uint8_t, N>>& to) {
  return from == nullptr || copy(*from, to.emplace());
}

StreamWrite read(const schema::StreamWrite& table) {
  StreamWrite write{table.stream()->str(), table.expected_version(), {}};
  if (table.events() == nullptr) return write;
  for (const schema::EventRecord* event : *table.events()) {
    const auto* payload = event->payload();
    EncodedEvent& encoded = write.events.emplace_back();
    encoded.type = event->type();
    if (payload != nullptr) encoded.payload.assign(payload->begin(), payload->end());
  }
  return write;
}

bool read(const schema::Commit& table, Commit& commit) {
  commit.deadline = timestamp_of(table.deadline());
  commit.feature_level = table.feature_level();
  commit.view.ordinal = table.view_ordinal();
  for (const schema::StreamWrite* write : *table.writes()) commit.writes.push_back(read(*write));
  if (table.guards() != nullptr)
    for (const schema::Guard* guard : *table.guards())
      commit.guards.push_back({guard->stream()->str(), guard->version()});
  commit.actor = {table.actor_type(), text(table.actor_id())};
  commit.request_id = text(table.request_id());
  commit.cause = text(table.cause());
  commit.node_id = text(table.node_id());
  commit.origin_address = text(table.origin_address());
  return copy(*table.commit_id(), commit.id) && copy(*table.view_hash(), commit.view.hash) &&
         copy(table.command_id(), commit.command_id) &&
         copy(table.request_digest(), commit.request_digest);
}

}  // namespace

std::string_view partition_name(Partition partition) {
  switch (partition) {
    case Partition::control:
      return "control";
    case Partition::tokens_00:
      return "tokens-00";
  }
  return "unknown";
}

Result<void> check_commit(const Commit& commit) {
  TRY_VOID(check_counts(commit));
  TRY_VOID(check_streams(commit));
  return check_envelope(commit);
}

Result<std::string> encode_commit(const Commit& commit) {
  TRY_VOID(check_commit(commit));
  Builder builder(1024);
  build(builder, commit);
  if (builder.GetSize() > commit_bytes_max)
    return reject(Code::too_large, "a commit is at most 64 KiB");
  return std::string(text_of({builder.GetBufferPointer(), builder.GetSize()}));
}

Result<Commit> decode_commit(std::string_view bytes) {
  if (bytes.size() > commit_bytes_max) return reject(Code::malformed, "a commit is at most 64 KiB");
  const Aligned aligned(bytes_of(bytes));
  flatbuffers::Verifier verifier(aligned.data(), aligned.size(), depth_max, tables_max);
  if (!verifier.VerifyBuffer<schema::Commit>(nullptr))
    return reject(Code::malformed, "not a commit");
  Commit commit;
  if (!read(*flatbuffers::GetRoot<schema::Commit>(aligned.data()), commit))
    return reject(Code::malformed, "an id or hash of the commit has the wrong size");
  if (auto checked = check_commit(commit); !checked)
    return reject(Code::malformed, checked.error().detail);
  return commit;
}

}  // namespace optare
