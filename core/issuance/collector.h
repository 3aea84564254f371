// Reads what nodes forwarded: drops what stands there twice, and shows that nothing is missing.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/result.h"
#include "core/issuance/chain.h"

namespace optare {

// Takes the records of the issuance topic: many nodes, each with many starts. Numbers go on without
// a gap within a start, and each batch names the hash of the one before it in its spool, over
// starts. Partitions may be taken in any order, each from its beginning: a topic that is given more
// partitions moves nodes, and what a node wrote later may be in the partition that is taken first.
// So whether something is missing is told when all were taken.
//
// A partition that forgot its first records may begin anywhere, once for each node; and so may what
// is oldest of a node whose first records were in such a partition.
//
// What the chain cannot show: that the newest batches of a node are not there yet (ask the node for
// its forward queue), and who wrote a record (whoever may write to the topic).
//
// Limits: memory for each start of a node and for each gap, nothing for each batch.
class IssuanceCollector {
 public:
  // What is taken from here on is of this partition.
  void begin_partition(int partition, bool beginning_is_gone);
  // The batch; none when it was taken before. Errors: internal; the detail says where it is and
  // what is wrong with it. It goes on behind it.
  [[nodiscard]] Result<std::optional<schema::IssuanceBatchT>> take(std::uint64_t offset,
                                                                   std::string_view record);
  // For each place where something is missing among all that was taken: where, and what.
  std::vector<std::string> gaps() const;

  std::uint64_t batches() const { return batches_; }
  std::uint64_t tokens() const { return tokens_; }
  std::uint64_t repeated() const { return repeated_; }

 private:
  using Start = std::pair<std::string, std::string>;  // node id, start id
  // Batches of a start, each of which follows the one before it.
  struct Stretch {
    std::uint64_t next_number = 0;
    BatchHash before{};  // of the batch that its first one follows
    BatchHash last{};    // of its last one
    std::int64_t issued_at = 0;
    int partition = 0;  // of its first one
    std::uint64_t offset = 0;
    bool first_kept = false;  // what is before it went with the beginning of its partition
  };
  using Stretches = std::map<std::uint64_t, Stretch>;  // by the first number
  static void join(Stretches& stretches, Stretches::iterator stretch);
  // The oldest stretch of each node.
  std::set<const Stretch*> oldest() const;

  int partition_ = 0;
  bool beginning_is_gone_ = false;      // of this partition
  bool any_beginning_is_gone_ = false;  // of those begun
  std::set<std::string> met_;           // nodes in this partition, when that is gone
  std::map<Start, Stretches> starts_;
  std::uint64_t batches_ = 0;
  std::uint64_t tokens_ = 0;
  std::uint64_t repeated_ = 0;
};

}  // namespace optare
