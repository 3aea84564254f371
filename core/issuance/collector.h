// Reads what nodes forwarded: drops what stands there twice, and shows that nothing is missing.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "core/base/result.h"
#include "core/issuance/chain.h"

namespace optare {

// Takes the records of the issuance topic in their order: many nodes, each with many starts.
// Numbers go on without a gap within a start, and each batch names the hash of the one before it in
// its spool, over starts. A topic that forgot its beginning may begin anywhere, once for each node.
//
// What the chain cannot show: that the newest batches of a node are not there yet (ask the node for
// its forward queue), and who wrote a record (whoever may write to the topic).
//
// Limits: memory for each start of a node, nothing for each batch.
class IssuanceCollector {
 public:
  explicit IssuanceCollector(bool beginning_is_gone) : beginning_is_gone_(beginning_is_gone) {}

  // The batch; none when it was taken before. Errors: internal; the detail names the node and what
  // is wrong there. It goes on behind it.
  [[nodiscard]] Result<std::optional<schema::IssuanceBatchT>> take(std::string_view record);
  std::uint64_t batches() const { return batches_; }
  std::uint64_t tokens() const { return tokens_; }
  std::uint64_t repeated() const { return repeated_; }

 private:
  using Start = std::pair<std::string, std::string>;  // node id, start id
  struct Known {
    BatchHash hash{};  // of its newest batch
    std::uint64_t next_number = 1;
    bool followed = false;  // by another start of the same spool
  };
  std::string gap(const schema::IssuanceBatchT& batch, const Start& start);
  // What begins with this batch follows what is known, or may begin here.
  bool may_begin(const schema::IssuanceBatchT& batch, const BatchHash& previous);

  const bool beginning_is_gone_;
  std::map<Start, Known> starts_;
  std::set<std::string, std::less<>> nodes_;
  std::uint64_t batches_ = 0;
  std::uint64_t tokens_ = 0;
  std::uint64_t repeated_ = 0;
};

}  // namespace optare
