#include "tests/simulation/breaks.h"

#include <algorithm>

#include "core/base/assert.h"
#include "tests/support/log_samples.h"

namespace optare::simulation {
namespace {

constexpr Duration clock_error = std::chrono::seconds(8);

struct Known {
  Break broken;
  std::string_view name;
  std::vector<Rule> rules;
  std::uint64_t seed = 1;
};
const std::vector<Known>& known() {
  static const std::vector<Known> all{
      {Break::none, "none", {}},
      {Break::skip_mac, "skip_mac", {Rule::authentic}},
      {Break::skip_deadline, "skip_deadline", {Rule::deadline}},
      {Break::skip_view, "skip_view", {Rule::view}, 13},
      {Break::skip_guards, "skip_guards", {Rule::guards}},
      {Break::apply_void, "apply_void", {Rule::dense_versions}},
      {Break::apply_twice, "apply_twice", {Rule::one_effect}},
      {Break::import_late, "import_late", {Rule::moves}, 11},
      {Break::leave_out, "leave_out", {Rule::dense_ordinals}},
      {Break::ignore_history, "ignore_history", {Rule::other_history}, 15},
      {Break::clock_behind, "clock_behind", {Rule::secrets}, 4},
      {Break::clock_ahead, "clock_ahead", {Rule::secrets, Rule::expirations, Rule::doubt}},
      {Break::say_refused, "say_refused", {Rule::answers}, 3},
      {Break::send_unguarded, "send_unguarded", {Rule::actors, Rule::grants}, 24},
      {Break::see_no_end, "see_no_end", {Rule::absence}, 4},
      {Break::believe_anyone, "believe_anyone", {Rule::ends}},
      {Break::never_turn, "never_turn", {Rule::follows}, 79},
      {Break::compare_nothing, "compare_nothing", {Rule::other_history}, 12},
      {Break::ask_for_no_first, "ask_for_no_first", {Rule::other_history}, 284},
      {Break::trust_silence, "trust_silence", {Rule::fresh}, 389},
      {Break::write_anyway, "write_anyway", {Rule::clock}},
      {Break::forget_doubt, "forget_doubt", {Rule::doubt}, 3},
      {Break::no_patience, "no_patience", {Rule::recovers}, 4},
      {Break::make_no_ticks, "make_no_ticks", {Rule::recovers}},
      {Break::no_queue, "no_queue", {Rule::voids}, 4},
      {Break::always_fresh, "always_fresh", {Rule::fresh}, 10},
      {Break::stop_a_stream, "stop_a_stream", {Rule::quarantine}},
      {Break::tear_batches, "tear_batches", {Rule::rows}, 5},
      {Break::lose_outcomes, "lose_outcomes", {Rule::equal_rows}},
      {Break::lose_rows, "lose_rows", {Rule::rows}},
      {Break::overtake, "overtake", {Rule::issued_order}},
      {Break::acknowledge_unwritten, "acknowledge_unwritten", {Rule::issued_told}},
      {Break::mark_unsent, "mark_unsent", {Rule::issued_whole}, 38},
      {Break::issue_ahead, "issue_ahead", {Rule::tokens}, 4},
      {Break::never_expire, "never_expire", {Rule::expirations}},
      {Break::expire_early, "expire_early", {Rule::expirations}},
      {Break::expire_unknown, "expire_unknown", {Rule::fold}},
      {Break::claim_nothing, "claim_nothing", {Rule::identifiers}},
      {Break::delete_carelessly, "delete_carelessly", {Rule::administrators}},
  };
  return all;
}

// The same frame, of a commit that relies on nothing.
std::string unguarded(const std::string& frame, Partition partition, const FrameMac& mac) {
  const auto parsed = parse_frame(frame);
  OPTARE_ASSERT(parsed.has_value());
  if (parsed->kind != FrameKind::commit) return frame;
  Commit commit = decode_commit(parsed->payload).value();
  commit.guards.clear();
  return samples::frame_of(commit, mac, partition);
}

}  // namespace

std::string_view break_name(Break broken) {
  return std::ranges::find(known(), broken, &Known::broken)->name;
}

std::vector<Rule> rules_broken_by(Break broken) {
  return std::ranges::find(known(), broken, &Known::broken)->rules;
}

std::uint64_t seed_that_shows(Break broken) {
  return std::ranges::find(known(), broken, &Known::broken)->seed;
}

void TamperedLog::append(Partition partition, std::string frame, Appended done) {
  if (broken_ == Break::send_unguarded) frame = unguarded(frame, partition, mac_);
  if (broken_ == Break::say_refused) {
    done = [told = std::move(done)](Append answer) {
      told(answer == Append::possibly_persisted ? Append::not_persisted : answer);
    };
  }
  log_.append(partition, std::move(frame), std::move(done));
}

std::uint64_t TamperedLog::end(Partition partition) const {
  return broken_ == Break::see_no_end ? 0 : log_.end(partition);
}

void TamperedLog::ask_end(Partition partition, EndAnswered done) const {
  if (broken_ == Break::see_no_end) return done(0);
  log_.ask_end(partition, std::move(done));
}

Currency TamperedLog::currency(Partition partition) const {
  Currency currency = log_.currency(partition);
  if (broken_ == Break::clock_behind) currency.log_time -= clock_error;
  if (broken_ == Break::clock_ahead) currency.log_time += clock_error;
  if (broken_ == Break::trust_silence) currency.at = clock_.boottime();
  return currency;
}

Timestamp TamperedLog::now() const {
  if (broken_ == Break::clock_behind) return log_.now() - clock_error;
  if (broken_ == Break::clock_ahead) return log_.now() + clock_error;
  return log_.now();
}

std::string TamperedLog::other_history() const {
  return broken_ == Break::ignore_history ? "" : log_.other_history();
}

Result<Decision> CarelessExpiry::decide(const State& application, const CommandContext&) const {
  if (!application || application->secrets.size() < 2) return Decision{};
  const std::string expired = unknown ? "sec_unknown" : application->secrets.front().id.text();
  return write(application_stream(client), application->version,
               {SecretExpired{.secret_id = expired}});
}

Result<Decision> CarelessRegistration::decide(const State& state,
                                              const CommandContext& context) const {
  TRY(Decision decision, RegisterApi::decide(state, context));
  decision.changes.resize(1);
  return decision;
}

Result<Decision> CarelessDeletion::decide(const State& state, const CommandContext& context) const {
  State nobody_administers = state;
  nobody_administers.administration = {};
  return DeleteApplication::decide(nobody_administers, context);
}

}  // namespace optare::simulation
