// What the log says, worked out a second time: which records count and what they add up to. Written
// from the design, not from core/log/admission.cc; it knows who made a record, so it needs no MAC.
#pragma once

#include <array>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "core/log/event_log.h"
#include "tests/simulation/judge.h"
#include "tests/simulation/model_rows.h"

namespace optare::simulation {

class LogModel {
 public:
  enum class Says : std::uint8_t {
    admitted,
    tick,
    not_ours,  // not made by a node for this partition, or no commit
    late,      // past its deadline
    other_view,
    repeated,  // this very commit counts already
    moved,     // a stream that it writes
    guard_moved,
    out_of_turn,  // where a history is carried over, or was
  };
  struct Entry {
    LogRecord record;
    bool genuine = false;
    Timestamp written_at;  // by the one true time
    Says says = Says::not_ours;
    Timestamp log_time;
    std::uint64_t ordinal = 0;  // of the last admitted up to here
    std::optional<Commit> commit;
  };

  explicit LogModel(Judge& judge) : judge_(judge) {}

  void append(Partition partition, const LogRecord& record, bool genuine, Timestamp written_at);
  void cut(Partition partition, std::uint64_t end);

  const std::vector<Entry>& entries(Partition partition) const { return at(partition).entries; }
  // REQUIRES: 1 <= ordinal <= ordinals().
  const Entry& admitted(Partition partition, std::uint64_t ordinal) const {
    return at(partition).entries[at(partition).offsets[ordinal - 1]];
  }
  std::uint64_t ordinals(Partition partition) const { return at(partition).offsets.size(); }
  View view(Partition partition) const;
  Timestamp log_time(Partition partition) const { return at(partition).log_time; }
  std::uint64_t version(Partition partition, const std::string& stream) const;
  const ModelRows& rows(Partition partition) const { return at(partition).rows; }
  // Ordinals of the admitted commits of one request.
  std::vector<std::uint64_t> of_request(Partition partition, const std::string& request_id) const;
  // Of commits that lost a race; each once.
  std::uint64_t races_lost() const;

 private:
  struct Log {
    std::vector<Entry> entries;
    std::vector<std::uint64_t> offsets;  // of the admitted
    std::vector<Hash> chain{Hash{}};     // by ordinal
    Timestamp log_time{};
    std::map<std::string, StreamVersion> versions;
    std::set<CommitId> commits;
    std::map<CommitId, Timestamp> commands;
    std::map<std::string, std::vector<std::uint64_t>> requests;
    std::set<CommitId> losers;
    ModelRows rows;
    bool being_moved = false;  // the home's history is carried over
  };
  const Log& at(Partition partition) const { return logs_[static_cast<std::size_t>(partition)]; }
  // Whose commit the record holds, when that was, and in which bytes.
  struct Original {
    bool carried = false;
    std::uint64_t ordinal = 0;
    Timestamp log_time;
    std::string frame;
    Commit commit;
  };
  static std::optional<Original> original_of(const Log& log, const LogRecord& record);
  static bool in_turn(const Log& log, const Original& original);
  Says judge_commit(const Log& log, const Commit& commit, Timestamp log_time) const;
  void count(Log& log, Partition partition, const Entry& entry, const std::string& frame);
  void check_streams_together(const Log& log, const Entry& entry);

  Judge& judge_;
  std::array<Log, partitions.size()> logs_;
};

std::string_view says_name(LogModel::Says says);

}  // namespace optare::simulation
