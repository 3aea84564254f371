// Whether a vault's topic still has what was read of it. Pure: what was found in, what it means
// out.
#pragma once

#include <cstdint>

#include "core/kafka/vault_records.h"

namespace optare {

// The topic is compacted, so no record has to be at its place; but every row that is held has to be
// in it, at its key, unless its end is: erased names are not used again. Where the row stands what
// follows at its key is younger. The topic is read from its beginning to its end again and again,
// and compared. A broker that leads no more, and does not know, lacks what others took since: so a
// row that is missing is a doubt, and certain only where a mark is found that was written after the
// doubt: it is acknowledged by those who lead.
class VaultCheck {
 public:
  enum class Says : std::uint8_t {
    whole,
    doubtful,  // a mark is needed: `marked`, then it is read again
    lost,
  };

  // It is read from its beginning. Rows of `held` that are buried may be missing: they are to be
  // written again.
  void begin(const VaultRecords& held);
  // A record of ours, as VaultRecords takes it; `bytes`: as they stand in the topic.
  void record(std::uint64_t offset, std::string_view key, std::string_view bytes, bool erases);
  void pass_over(std::string_view key);  // a stranger's
  // Nothing more comes. Whole: what was found can be taken, it holds all that was held, or its end.
  Says end();
  VaultRecords take_found() { return std::move(found_); }
  std::uint64_t foreign_records() const { return foreign_records_; }
  // Written, and acknowledged, since the doubt came. It counts for the next reading alone: who held
  // more by the time of another one held what is younger.
  void marked(std::uint64_t offset, std::string bytes) { mark_ = Mark{offset, std::move(bytes)}; }
  bool doubts() const { return !missing_.empty(); }
  // The names whose rows were missing at the last end.
  const std::vector<std::string>& missing() const { return missing_; }

 private:
  struct Mark {
    std::uint64_t offset = 0;
    std::string bytes;
    bool looked_for = false;
  };
  VaultRecords held_;
  VaultRecords found_;
  std::set<std::string> there_;  // the keys of held rows that were found, or their end
  std::uint64_t foreign_records_ = 0;
  std::vector<std::string> missing_;
  std::optional<Mark> mark_;
  bool mark_found_ = false;
};

// The sentence for an operator, which says what to do.
std::string vault_lost_rows(std::string_view topic, const std::vector<std::string>& missing);

}  // namespace optare
