// A projection answers one question from the facts. Its rows and the position they reflect are
// written in one batch by `follow`; it can be thrown away and made again from the journal.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/events.h"
#include "core/log/commit.h"
#include "projections/rows.h"

namespace optare {

// One event of an admitted commit.
struct Fact {
  Event event;
  EventMeta meta;
};

// An admitted commit, its events decoded. Facts of quarantined streams are left out.
struct Facts {
  Partition partition = Partition::control;
  std::uint64_t ordinal = 0;
  Timestamp log_time;
  const Commit* commit = nullptr;
  std::vector<Fact> facts;
};

// A stream whose events cannot be applied; it stops and counts as not alive.
struct Unappliable {
  std::string stream;
  std::string reason;
};

class Projection {
 public:
  virtual ~Projection() = default;
  // Permanent: it keys the stored version.
  virtual std::string_view name() const = 0;
  // Raised when the rows change shape or meaning: the projection is then rebuilt before the node is
  // ready.
  virtual int version() const = 0;
  virtual std::span<const Table> tables() const = 0;
  // Reads rows of other projections: it is rebuilt together with all of them.
  virtual bool reads_others() const { return false; }
  // Total and deterministic. An error names the stream; nothing of that stream's change may be in
  // `rows` then.
  virtual std::expected<void, Unappliable> apply(const Facts& facts, Rows& rows) const = 0;
};

}  // namespace optare
