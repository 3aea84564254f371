// The folded states of this node, as of its applied position: the store's rows behind a bounded
// cache.
#pragma once

#include <array>
#include <atomic>
#include <list>
#include <map>
#include <set>

#include "core/base/completion.h"
#include "core/log/event_log.h"
#include "core/ports/clock.h"
#include "core/ports/states.h"
#include "core/ports/store.h"
#include "projections/key_filter.h"
#include "projections/row_cache.h"
#include "projections/rows.h"

namespace optare {

struct LiveStatesOptions {
  std::size_t applications_cached_max = 20'000;  // about 1 KiB each
  std::size_t apis_cached_max = 2'000;
  Duration staleness_max = std::chrono::seconds(15);  // design D11: longer than a broker fail-over
  Duration absence_patience = std::chrono::seconds(2);  // contracts.md G
  // Over this nobody waits to be told of an absence. Half of what one thread works on
  // (requests_in_flight_max): names that nobody made keep nobody else out while brokers are late.
  std::size_t absences_waiting_max = 1'000;
};

// Thread: reads from any; `applied`, `caught_up_now`, `tick` from the follower's thread only.
class LiveStates final : public States {
 public:
  using Heads = std::array<Head, partitions.size()>;

  LiveStates(const Store& store, const EventLog& log, const Clock& clock,
             LiveStatesOptions options = {});

  // The follower's side. `applied`: the batch is in the store; caches first, then the position,
  // then waiters.
  void applied(const StoreBatch& batch, const Heads& heads);
  void reload(const Heads& heads);  // after open and rebuild: everything may have changed
  // How current the log is: the oldest of its partitions.
  Currency log_currency() const;
  // Nothing was left to apply of what could be read after `then` was taken.
  void caught_up_now(const Currency& then);
  void tick();                    // ends waits whose patience is over
  void stop(std::string reason);  // nothing more will be applied: never fresh again
  void quarantine(std::string_view stream);

  // A commit on `stream` is in doubt: it counts as not alive here until its deadline has surely
  // passed - by an estimate of log time, so clock_skew_max later - and the view has caught up
  // (design D11). Any thread.
  void doubt(const std::string& stream, Timestamp deadline);

  std::string stop_reason() const;
  std::set<std::string> quarantined_streams() const;
  Head head(Partition partition) const;

  // States.
  View view(Partition partition) const override;
  Timestamp log_time(Partition partition) const override;
  std::uint32_t feature_level(Partition partition) const override;
  Task<bool> reached(std::uint64_t position, Duration patience) override;
  Task<bool> caught_up(Partition partition) override;
  bool fresh() const override;
  Duration age() const override;
  std::shared_ptr<const Application> application(const ClientId& id) const override;
  std::shared_ptr<const Api> api(const ApiId& id) const override;
  std::shared_ptr<const Api> api_by_identifier(std::string_view identifier) const override;
  std::shared_ptr<const std::vector<SigningKey>> signing_keys() const override;
  std::shared_ptr<const System> system() const override;
  std::optional<Revocation> revocation(const TokenId& jti) const override;
  std::optional<CommandOutcome> outcome(const CommitId& command_id) const override;
  bool quarantined(std::string_view stream) const override;
  bool quarantined_forever(std::string_view stream) const override;
  bool any_quarantined() const override { return any_stopped_stream_; }
  std::uint64_t stream_version(Partition partition, std::string_view stream) const override;
  Page<std::shared_ptr<const Application>> applications(std::string_view from,
                                                        std::size_t limit) const override;
  Page<std::shared_ptr<const Api>> apis(std::string_view from, std::size_t limit) const override;
  Page<std::shared_ptr<const Application>> applications_of_api(const ApiId& api,
                                                               std::string_view from,
                                                               std::size_t limit) const override;

 private:
  struct Waiter {
    Partition partition = Partition::control;
    std::uint64_t ordinal = 0;  // waits for this ordinal, or, when 0,
    std::uint64_t offset = 0;   // for this next offset
    Duration until{};           // boottime
    Completion<bool> completion;
  };

  // Somebody who asked where the log ends.
  struct Question {
    Duration until{};  // boottime
    Completion<std::optional<std::uint64_t>> end;
  };

  // What was durable at a moment. Once all of it is applied the view is no older than that, also
  // while there is always something more to apply.
  struct Milestone {
    Currency currency;
    std::array<std::uint64_t, partitions.size()> ends{};
  };

  void load_small_tables();
  std::optional<Milestone> milestone_now() const;  // none: the log does not know its end
  bool passed(const Milestone& milestone) const;
  void caught_up_at(Duration boottime);
  void pass_milestone();
  void end_doubts_before(Timestamp log_time);
  Task<bool> sees_all(Partition partition);
  Task<bool> wait(Waiter waiter, Duration patience);
  bool satisfied(const Waiter& waiter) const;  // REQUIRES: mutex_ held
  void wake_waiters();

  const Store& store_;
  const EventLog& log_;
  const Clock& clock_;
  const LiveStatesOptions options_;

  RowCache<Application> applications_;
  RowCache<Api> apis_;
  RowCache<std::string> identifiers_;  // identifier -> api id
  KeyFilter revocations_;              // nearly all tokens that are asked about are not revoked

  mutable std::mutex mutex_;  // guards all below but the atomics
  Heads heads_;
  std::shared_ptr<const std::vector<SigningKey>> signing_keys_;
  std::shared_ptr<const System> system_;
  std::set<std::string, std::less<>> quarantined_;
  std::map<std::string, Timestamp, std::less<>> doubted_;
  std::list<Waiter> waiters_;
  std::map<std::uint64_t, Question> questions_;
  std::uint64_t last_question_ = 0;
  std::size_t absences_waiting_ = 0;
  std::string stop_reason_;
  std::atomic<bool> any_stopped_stream_ =
      false;  // quarantined or doubted: the common case needs no lock
  std::atomic<bool> stopped_ = false;
  std::atomic<std::uint64_t> position_ = 0;
  std::atomic<Duration> caught_up_at_ = Currency::never;  // boottime
  std::optional<Milestone> milestone_;  // the next one; the follower's thread only
};

}  // namespace optare
