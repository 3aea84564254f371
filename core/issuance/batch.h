// The record of the issuance spool: the tokens of one group commit, numbered and chained
// (schemas/issuance.fbs).
#pragma once

#include <flatbuffers/flatbuffers.h>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/base/time.h"
#include "schemas/issuance_generated.h"

namespace optare {

using StartId = std::array<std::uint8_t, 16>;    // new at each start of a node
using BatchHash = std::array<std::uint8_t, 32>;  // SHA-256 of a batch's bytes

// What is remembered of an issued token; never the token. The texts are the caller's, and are
// copied when the token is added to a batch.
struct IssuedToken {
  std::string_view jti;
  std::string_view client_id;
  std::string_view api_id;
  std::string_view scopes{};
  std::string_view kid{};  // empty for an opaque token
  Timestamp issued_at{};
  Timestamp expires_at{};
  std::uint64_t view_ordinal = 0;  // the claim `v`
  std::string_view request_id{};
};

// Where a batch stands in its spool.
struct BatchPlace {
  std::string_view node_id;
  StartId start_id{};
  std::uint64_t first_number = 1;  // of its first token; 1, 2, ... within a start
  BatchHash previous{};            // zero for the first batch of a spool
};

// Tokens as they come in; reused, so that gathering allocates nothing in the long run.
class BatchBuilder {
 public:
  void add(const IssuedToken& token);
  std::size_t size() const { return tokens_.size(); }
  // About the record's.
  std::size_t bytes() const { return bytes_.GetSize(); }
  // The record; empty again afterwards. REQUIRES: size() > 0.
  std::string seal(const BatchPlace& place);
  void clear();

 private:
  flatbuffers::FlatBufferBuilder bytes_;
  std::vector<flatbuffers::Offset<schema::IssuedToken>> tokens_;
};

// Errors: malformed. Never crashes, whatever the bytes.
[[nodiscard]] Result<schema::IssuanceBatchT> parse_batch(std::string_view bytes);
// Whose batch it is; empty when it is none.
std::string_view node_of_batch(std::string_view bytes);

}  // namespace optare
