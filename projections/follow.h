// The only apply loop: reads the log in order, admits, and writes every projection's rows with the
// position they reflect in one batch.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "core/log/admission.h"
#include "core/log/event_log.h"
#include "core/log/frame.h"
#include "core/log/settler.h"
#include "core/ports/store.h"
#include "projections/journal.h"
#include "projections/live_states.h"
#include "projections/projection.h"
#include "projections/rebuild.h"

namespace optare {

// Records applied in one batch. Control is drained first, then one such slice of tokens.
constexpr std::size_t slice_records_max = 512;  // ours
// Slices of control before it is the turn of tokens, and of who waits, whatever is left; ours.
constexpr int control_slices_max = 32;

// A void record, for operators: counted and listable, never an error of the reader.
struct VoidRecord {
  Partition partition = Partition::control;
  std::uint64_t offset = 0;
  VoidReason reason = VoidReason::frame;
};

// Thread: one at a time.
class Follower {
 public:
  struct Parts {
    const EventLog& log;
    Store& store;
    const FrameMac& mac;
    LogId log_id{};
    std::string node_id;
    LiveStates& states;
    Settler* settler = nullptr;  // none: nothing is sent from here (replay)
    // False: this record and what follows in its partition is left alone (replay to a moment).
    // None: take all.
    std::function<bool(Partition, const LogRecord&, const Head& before, const Head& after)> wanted =
        nullptr;
    // Another one only to show that a broken rule would be noticed (tests/simulation).
    Admission admission = admit;
  };
  explicit Follower(Parts parts);

  // Loads the heads, checks that the log still holds what was applied, and rebuilds the projections
  // whose version changed (or `names`) from the journal. Throws LogFault or StoreFault; a log with
  // another history stops the node (`states.stop_reason()`).
  void open(const std::function<void(const RebuildProgress&)>& progress = nullptr);
  // Applies one slice; true when there was something to apply. Does nothing once stopped.
  bool step();
  // Deadlines of waits and of commits under way.
  void tick();

  // A write to the store failed: it may have opened its files again since, and these may hold less.
  // The next step looks first.
  void doubt_store() { store_in_doubt_ = true; }

  bool stopped() const { return stopped_; }
  const LiveStates::Heads& heads() const { return heads_; }
  std::function<void(const VoidRecord&)> on_void;
  // Rows that other threads want written by the store's one writer: last-used times.
  std::function<void(StoreBatch&)> on_batch;

 private:
  struct Taken {  // what others hear once the batch is in the store
    std::uint64_t offset = 0;
    Verdict verdict;
    bool left_alone = false;  // not wanted: nothing of it was applied
  };

  bool step(Partition partition);
  void tell_store_how_far_behind();
  void look_again();
  // The next slice, behind the record before it; nothing when there is none, or when the log has
  // another history and the node stops.
  std::vector<LogRecord> read_on(Partition partition);
  // Admits and applies one record on top of `rows`. An error: the slice must be taken again without
  // that stream.
  std::expected<Taken, Unappliable> take(Partition partition, const LogRecord& record, Rows& rows,
                                         Head& head);
  std::expected<void, Unappliable> apply(Partition partition, const Taken& taken,
                                         const LogRecord& record, Rows& rows);
  void tell(Partition partition, const std::vector<Taken>& slice);
  // Stops the node when the log does not hold what it applied.
  bool same_history(Partition partition);
  bool holds_last_record(Partition partition, std::span<const LogRecord> from_last);
  void stop(std::string reason);

  Parts parts_;
  LiveStates::Heads heads_;
  bool stopped_ = false;
  bool store_in_doubt_ = false;
};

}  // namespace optare
