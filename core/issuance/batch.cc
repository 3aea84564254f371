#include "core/issuance/batch.h"

#include "core/base/assert.h"

namespace optare {
namespace {

flatbuffers::Offset<flatbuffers::String> text(flatbuffers::FlatBufferBuilder& bytes,
                                              std::string_view value) {
  return bytes.CreateString(value.data(), value.size());
}

// An absent text takes no space.
flatbuffers::Offset<flatbuffers::String> optional_text(flatbuffers::FlatBufferBuilder& bytes,
                                                       std::string_view value) {
  return value.empty() ? flatbuffers::Offset<flatbuffers::String>() : text(bytes, value);
}

// Null: it is no batch.
const schema::IssuanceBatch* verified(std::string_view bytes) {
  // Twice the tables of the largest batch; the default limit is there against hostile nesting.
  constexpr flatbuffers::uoffset_t depth_max = 8;
  constexpr flatbuffers::uoffset_t tables_max = 1U << 20U;
  const auto* data = reinterpret_cast<const std::uint8_t*>(bytes.data());
  flatbuffers::Verifier verifier(data, bytes.size(), depth_max, tables_max);
  return schema::VerifyIssuanceBatchBuffer(verifier) ? schema::GetIssuanceBatch(data) : nullptr;
}

}  // namespace

void BatchBuilder::add(const IssuedToken& token) {
  const auto jti = text(bytes_, token.jti);
  const auto client_id = text(bytes_, token.client_id);
  const auto api_id = text(bytes_, token.api_id);
  const auto scopes = optional_text(bytes_, token.scopes);
  const auto kid = optional_text(bytes_, token.kid);
  const auto request_id = optional_text(bytes_, token.request_id);
  tokens_.push_back(schema::CreateIssuedToken(
      bytes_, jti, client_id, api_id, scopes, kid, milliseconds_of(token.issued_at),
      milliseconds_of(token.expires_at), token.view_ordinal, request_id));
}

std::string BatchBuilder::seal(const BatchPlace& place) {
  OPTARE_ASSERT(!tokens_.empty());
  const auto node_id = text(bytes_, place.node_id);
  const auto start_id = bytes_.CreateVector(place.start_id.data(), place.start_id.size());
  const auto previous = bytes_.CreateVector(place.previous.data(), place.previous.size());
  const auto tokens = bytes_.CreateVector(tokens_);
  bytes_.Finish(
      schema::CreateIssuanceBatch(bytes_, node_id, start_id, place.first_number, previous, tokens));
  std::string record(reinterpret_cast<const char*>(bytes_.GetBufferPointer()), bytes_.GetSize());
  clear();
  return record;
}

void BatchBuilder::clear() {
  bytes_.Clear();
  tokens_.clear();
}

Result<schema::IssuanceBatchT> parse_batch(std::string_view bytes) {
  const schema::IssuanceBatch* const stored = verified(bytes);
  if (stored == nullptr) return reject(Code::malformed, "not a batch of issued tokens");
  schema::IssuanceBatchT batch;
  stored->UnPackTo(&batch);
  if (batch.start_id.size() != std::tuple_size_v<StartId> ||
      batch.previous_hash.size() != std::tuple_size_v<BatchHash> || batch.tokens.empty()) {
    return reject(Code::malformed, "a batch of issued tokens with members of a wrong size");
  }
  return batch;
}

std::string_view node_of_batch(std::string_view bytes) {
  const schema::IssuanceBatch* const batch = verified(bytes);
  return batch == nullptr ? std::string_view() : batch->node_id()->string_view();
}

}  // namespace optare
