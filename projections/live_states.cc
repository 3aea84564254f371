#include "projections/live_states.h"

#include "core/base/assert.h"
#include "core/log/admission.h"
#include "core/log/log_clock.h"
#include "projections/applications.h"
#include "projections/journal.h"
#include "projections/living_page.h"

namespace optare {
namespace {

std::size_t index_of(Partition partition) { return static_cast<std::size_t>(partition); }

// A row of the view that cannot be read: the store is damaged. Fails closed, as if it were not
// there, and loudly: the follower's own reads stop the node.
template <class T>
std::shared_ptr<const T> decode_shared(const std::optional<std::string>& bytes) {
  if (!bytes) return nullptr;
  auto row = decode_row<T>(*bytes);
  return row ? std::make_shared<const T>(*std::move(row)) : nullptr;
}

}  // namespace

LiveStates::LiveStates(const Store& store, const EventLog& log, const Clock& clock,
                       LiveStatesOptions options)
    : store_(store),
      log_(log),
      clock_(clock),
      options_(options),
      applications_(options.applications_cached_max),
      apis_(options.apis_cached_max),
      identifiers_(options.apis_cached_max),
      signing_keys_(std::make_shared<std::vector<SigningKey>>()),
      system_(std::make_shared<System>()) {}

void LiveStates::load_small_tables() {
  auto keys = std::make_shared<std::vector<SigningKey>>();
  store_.scan(Table::signing_key, "", [&](std::string_view, std::string_view value) {
    if (auto key = decode_row<SigningKey>(value)) keys->push_back(*std::move(key));
    return true;
  });
  std::ranges::sort(*keys, {}, &SigningKey::ordinal);
  auto system = decode_shared<System>(store_.get(Table::system, ""));
  const std::scoped_lock lock(mutex_);
  signing_keys_ = std::move(keys);
  if (system) system_ = std::move(system);
}

void LiveStates::reload(const Heads& heads) {
  applications_.clear();
  apis_.clear();
  identifiers_.clear();
  milestone_.reset();
  caught_up_at_ = Currency::never;  // what this view lacks is not known yet
  load_small_tables();
  // What was added before stays: a row too many is looked for in vain.
  store_.scan(Table::revocation, "", [&](std::string_view key, std::string_view) {
    revocations_.add(key);
    return !revocations_.full();
  });
  std::set<std::string, std::less<>> quarantined;
  store_.scan(Table::quarantine, "", [&](std::string_view key, std::string_view) {
    quarantined.emplace(key);
    return true;
  });
  {
    const std::scoped_lock lock(mutex_);
    heads_ = heads;
    quarantined_ = std::move(quarantined);
    any_stopped_stream_ = !quarantined_.empty() || !doubted_.empty();
  }
  position_ = heads[index_of(Partition::control)].view.ordinal;
  wake_waiters();
}

void LiveStates::applied(const StoreBatch& batch, const Heads& heads) {
  bool small = false;
  for (const auto& [full, value] : batch.changes) {
    const auto table = static_cast<Table>(full.front());
    const std::string_view key = std::string_view(full).substr(1);
    if (table == Table::application) {
      applications_.renew(key, [&] { return decode_shared<Application>(value); });
    } else if (table == Table::api) {
      apis_.renew(key, [&] { return decode_shared<Api>(value); });
    } else if (table == Table::api_by_identifier) {
      identifiers_.renew(
          key, [&] { return value ? std::make_shared<const std::string>(*value) : nullptr; });
    } else if (table == Table::revocation) {
      if (value) revocations_.add(key);
    } else if (table == Table::signing_key || table == Table::system) {
      small = true;
    }
  }
  if (small) load_small_tables();
  {
    const std::scoped_lock lock(mutex_);
    heads_ = heads;
  }
  position_ = heads[index_of(Partition::control)].view.ordinal;
  wake_waiters();
  pass_milestone();
}

void LiveStates::quarantine(std::string_view stream) {
  const std::scoped_lock lock(mutex_);
  quarantined_.emplace(stream);
  any_stopped_stream_ = true;
}

void LiveStates::doubt(const std::string& stream, Timestamp deadline) {
  const std::scoped_lock lock(mutex_);
  Timestamp& until = doubted_[stream];
  until = std::max(until, deadline);
  any_stopped_stream_ = true;
}

bool LiveStates::quarantined(std::string_view stream) const {
  if (!any_stopped_stream_) return false;
  const std::scoped_lock lock(mutex_);
  return quarantined_.contains(stream) || doubted_.contains(stream);
}

bool LiveStates::quarantined_forever(std::string_view stream) const {
  if (!any_stopped_stream_) return false;
  const std::scoped_lock lock(mutex_);
  return quarantined_.contains(stream);
}

std::set<std::string> LiveStates::quarantined_streams() const {
  const std::scoped_lock lock(mutex_);
  return {quarantined_.begin(), quarantined_.end()};
}

Currency LiveStates::log_currency() const {
  Currency oldest = log_.currency(partitions.front());
  for (const Partition partition : partitions) {
    const Currency currency = log_.currency(partition);
    oldest.at = std::min(oldest.at, currency.at);
    oldest.log_time = std::min(oldest.log_time, currency.log_time);
  }
  return oldest;
}

// What was true once stays true: a later estimate may be a more careful one.
void LiveStates::caught_up_at(Duration boottime) {
  caught_up_at_ = std::max(caught_up_at_.load(), boottime);
}

void LiveStates::caught_up_now(const Currency& then) {
  caught_up_at(then.at);
  milestone_.reset();
  if (!any_stopped_stream_) return;
  if (const auto now = milestone_now(); now && passed(*now))
    end_doubts_before(now->currency.log_time);
}

// Under load that never pauses the follower never finds nothing to do.
void LiveStates::pass_milestone() {
  if (milestone_ && passed(*milestone_)) {
    caught_up_at(milestone_->currency.at);
    if (any_stopped_stream_) end_doubts_before(milestone_->currency.log_time);
    milestone_.reset();
  }
  if (!milestone_) milestone_ = milestone_now();
}

// The currency before the ends: what is appended meanwhile is then part of it, or later. None also
// when the log does not know its end: after a failed sync, a commit in doubt may lie there, and be
// admitted once the log has been read again.
std::optional<LiveStates::Milestone> LiveStates::milestone_now() const {
  Milestone milestone{.currency = log_currency()};
  try {
    for (const Partition partition : partitions)
      milestone.ends[index_of(partition)] = log_.end(partition);
  } catch (const LogFault&) {
    return std::nullopt;
  }
  return milestone;
}

bool LiveStates::passed(const Milestone& milestone) const {
  return std::ranges::all_of(partitions, [&](Partition partition) {
    return head(partition).next_offset >= milestone.ends[index_of(partition)];
  });
}

// Whatever is appended from now on is past those deadlines, and everything before is applied. The
// log's time is an estimate here: brokers may be behind it.
void LiveStates::end_doubts_before(Timestamp log_time) {
  const std::scoped_lock lock(mutex_);
  std::erase_if(doubted_,
                [&](const auto& doubt) { return doubt.second + clock_skew_max < log_time; });
  any_stopped_stream_ = !quarantined_.empty() || !doubted_.empty();
}

void LiveStates::stop(std::string reason) {
  const std::scoped_lock lock(mutex_);
  stop_reason_ = std::move(reason);
  stopped_ = true;
}

std::string LiveStates::stop_reason() const {
  const std::scoped_lock lock(mutex_);
  return stop_reason_;
}

bool LiveStates::fresh() const { return !stopped_ && age() <= options_.staleness_max; }

Duration LiveStates::age() const { return clock_.boottime() - caught_up_at_.load(); }

Head LiveStates::head(Partition partition) const {
  const std::scoped_lock lock(mutex_);
  return heads_[index_of(partition)];
}

View LiveStates::view(Partition partition) const {
  const std::scoped_lock lock(mutex_);
  return heads_[index_of(partition)].view;
}

Timestamp LiveStates::log_time(Partition partition) const {
  const std::scoped_lock lock(mutex_);
  return heads_[index_of(partition)].log_time;
}

std::uint32_t LiveStates::feature_level(Partition partition) const {
  const std::scoped_lock lock(mutex_);
  return heads_[index_of(partition)].feature_level;
}

bool LiveStates::satisfied(const Waiter& waiter) const {
  const Head& head = heads_[index_of(waiter.partition)];
  return waiter.ordinal != 0 ? head.view.ordinal >= waiter.ordinal
                             : head.next_offset >= waiter.offset;
}

Task<bool> LiveStates::wait(Waiter waiter, Duration patience) {
  Completion<bool> completion = waiter.completion;
  {
    const std::scoped_lock lock(mutex_);
    if (satisfied(waiter)) co_return true;
    waiter.until = clock_.boottime() + patience;
    waiters_.push_back(std::move(waiter));
  }
  co_return co_await completion.wait();
}

Task<bool> LiveStates::reached(std::uint64_t position, Duration patience) {
  if (position <= position_) co_return true;
  Waiter waiter;
  waiter.ordinal = position;
  co_return co_await wait(std::move(waiter), patience);
}

Task<bool> LiveStates::caught_up(Partition partition) {
  {
    const std::scoped_lock lock(mutex_);
    if (absences_waiting_ >= options_.absences_waiting_max) co_return false;
    ++absences_waiting_;
  }
  const bool sees = co_await sees_all(partition);
  const std::scoped_lock lock(mutex_);
  --absences_waiting_;
  co_return sees;
}

Task<bool> LiveStates::sees_all(Partition partition) {
  const Duration until = clock_.boottime() + options_.absence_patience;
  Completion<std::optional<std::uint64_t>> answer;
  std::uint64_t question = 0;
  {
    const std::scoped_lock lock(mutex_);
    question = ++last_question_;
    questions_.emplace(question, Question{until, answer});
  }
  log_.ask_end(partition,
               [answer](std::optional<std::uint64_t> end) mutable { answer.complete(end); });
  const auto end = co_await answer.wait();
  {
    const std::scoped_lock lock(mutex_);
    questions_.erase(question);
  }
  if (!end) co_return false;
  Waiter waiter;
  waiter.partition = partition;
  waiter.offset = *end;
  co_return co_await wait(std::move(waiter), until - clock_.boottime());
}

void LiveStates::wake_waiters() {
  const std::scoped_lock lock(mutex_);
  for (auto waiter = waiters_.begin(); waiter != waiters_.end();) {
    if (satisfied(*waiter)) {
      waiter->completion.complete(true);
      waiter = waiters_.erase(waiter);
    } else {
      ++waiter;
    }
  }
}

void LiveStates::tick() {
  const Duration now = clock_.boottime();
  const std::scoped_lock lock(mutex_);
  for (auto waiter = waiters_.begin(); waiter != waiters_.end();) {
    if (now >= waiter->until || stopped_) {
      waiter->completion.complete(false);
      waiter = waiters_.erase(waiter);
    } else {
      ++waiter;
    }
  }
  for (auto& [number, question] : questions_)
    if (now >= question.until || stopped_) question.end.complete(std::nullopt);
}

std::shared_ptr<const Application> LiveStates::application(const ClientId& id) const {
  return applications_.get(id.text(), [&] {
    return decode_shared<Application>(store_.get(Table::application, id.text()));
  });
}

std::shared_ptr<const Api> LiveStates::api(const ApiId& id) const {
  return apis_.get(id.text(),
                   [&] { return decode_shared<Api>(store_.get(Table::api, id.text())); });
}

std::shared_ptr<const Api> LiveStates::api_by_identifier(std::string_view identifier) const {
  const auto id = identifiers_.get(identifier, [&]() -> std::shared_ptr<const std::string> {
    auto value = store_.get(Table::api_by_identifier, identifier);
    return value ? std::make_shared<const std::string>(*std::move(value)) : nullptr;
  });
  return id ? api(ApiId(*id)) : nullptr;
}

std::shared_ptr<const std::vector<SigningKey>> LiveStates::signing_keys() const {
  const std::scoped_lock lock(mutex_);
  return signing_keys_;
}

std::shared_ptr<const System> LiveStates::system() const {
  const std::scoped_lock lock(mutex_);
  return system_;
}

std::optional<Revocation> LiveStates::revocation(const TokenId& jti) const {
  if (!revocations_.may_hold(jti.text())) return std::nullopt;
  const auto row = decode_shared<Revocation>(store_.get(Table::revocation, jti.text()));
  return row ? std::optional(*row) : std::nullopt;
}

std::optional<CommandOutcome> LiveStates::outcome(const CommitId& command_id) const {
  const auto row = decode_shared<CommandOutcome>(store_.get(Table::outcome, text_of(command_id)));
  return row ? std::optional(*row) : std::nullopt;
}

std::uint64_t LiveStates::stream_version(Partition partition, std::string_view stream) const {
  const auto bytes = store_.get(Table::stream, stream_key(partition, stream));
  if (!bytes) return 0;
  const auto row = decode_row<StreamVersion>(*bytes);
  OPTARE_ASSERT(row);
  return version_at(stream, *row, log_.now());
}

Page<std::shared_ptr<const Application>> LiveStates::applications(std::string_view from,
                                                                  std::size_t limit) const {
  return living_page<Application>(store_, Table::application, "", from, limit,
                                  [](std::string_view, std::string_view value) {
                                    return decode_shared<Application>(std::string(value));
                                  });
}

Page<std::shared_ptr<const Api>> LiveStates::apis(std::string_view from, std::size_t limit) const {
  return living_page<Api>(store_, Table::api, "", from, limit,
                          [](std::string_view, std::string_view value) {
                            return decode_shared<Api>(std::string(value));
                          });
}

Page<std::shared_ptr<const Application>> LiveStates::applications_of_api(const ApiId& api,
                                                                         std::string_view from,
                                                                         std::size_t limit) const {
  return living_page<Application>(
      store_, Table::application_by_api, application_by_api_key(api, ""), from, limit,
      [this](std::string_view client, std::string_view) { return application(ClientId(client)); });
}

}  // namespace optare
