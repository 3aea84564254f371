// Folded states in maps: the view of a log that nobody has to run.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>

#include "commands/decision.h"

namespace optare {

class MemoryStates final : public States {
 public:
  // Admits what was decided, as the log would. Errors: conflict, when a written or guarded stream
  // moved; internal, when evolve refused (and the state is then of no more use).
  Result<View> apply(const Decision& decision, Timestamp log_time);
  // One event that happened, whatever anyone would have decided.
  Result<View> apply(const std::string& stream, const Event& event, Timestamp log_time);
  void quarantine(std::string stream) { quarantined_.insert(std::move(stream)); }
  void be_fresh(bool fresh) { fresh_ = fresh; }
  // Called when somebody waits until all is applied: what was in the log happens here. False: that
  // did not come about within his patience.
  std::function<bool()> catching_up;

  View view(Partition partition) const override;
  Timestamp log_time(Partition partition) const override;
  std::uint32_t feature_level(Partition) const override {
    return system_ ? system_->feature_level : 1;
  }
  Task<bool> reached(std::uint64_t position, Duration patience) override;
  Task<bool> caught_up(Partition partition) override;
  bool fresh() const override { return fresh_; }
  Duration age() const override { return fresh_ ? Duration(0) : std::chrono::hours(1); }
  std::shared_ptr<const Application> application(const ClientId& id) const override;
  std::shared_ptr<const Api> api(const ApiId& id) const override;
  std::shared_ptr<const Api> api_by_identifier(std::string_view identifier) const override;
  std::shared_ptr<const std::vector<SigningKey>> signing_keys() const override { return keys_; }
  std::shared_ptr<const System> system() const override { return system_; }
  std::optional<Revocation> revocation(const TokenId& jti) const override;
  std::optional<CommandOutcome> outcome(const CommitId&) const override { return std::nullopt; }
  bool quarantined(std::string_view stream) const override { return quarantined_.contains(stream); }
  std::uint64_t stream_version(Partition partition, std::string_view stream) const override;
  Page<std::shared_ptr<const Application>> applications(std::string_view from,
                                                        std::size_t limit) const override;
  Page<std::shared_ptr<const Api>> apis(std::string_view from, std::size_t limit) const override;
  Page<std::shared_ptr<const Application>> applications_of_api(const ApiId& api,
                                                               std::string_view from,
                                                               std::size_t limit) const override;

  // Deleted ones too; for checks.
  const std::map<std::string, std::shared_ptr<const Application>, std::less<>>& all_applications()
      const {
    return applications_;
  }
  const std::map<std::string, std::shared_ptr<const Api>, std::less<>>& all_apis() const {
    return apis_;
  }

 private:
  struct Position {
    std::uint64_t ordinal = 0;
    Timestamp log_time{};
  };
  Result<void> fold(const Event& event, const EventMeta& meta);

  std::map<Partition, Position> positions_;
  std::map<std::pair<Partition, std::string>, std::uint64_t> versions_;
  std::map<std::string, std::shared_ptr<const Application>, std::less<>> applications_;
  std::map<std::string, std::shared_ptr<const Api>, std::less<>> apis_;
  std::map<std::string, Revocation, std::less<>> revocations_;
  std::shared_ptr<const std::vector<SigningKey>> keys_ =
      std::make_shared<const std::vector<SigningKey>>();
  std::shared_ptr<const System> system_;
  std::set<std::string, std::less<>> quarantined_;
  bool fresh_ = true;
};

}  // namespace optare
