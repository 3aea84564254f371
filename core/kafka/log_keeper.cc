#include "core/kafka/log_keeper.h"

#include <utility>

namespace optare {

LogKeeper::LogKeeper(const Clock& clock, Random& random, Ways ways)
    : clock_(clock), random_(random), ways_(std::move(ways)), time_(clock, random) {}

void LogKeeper::append(Partition partition, const std::string& frame,
                       EventLog::Appended done) const {
  RecordKey key;
  random_.fill(key);
  {
    const std::scoped_lock lock(mutex_);
    own_.sent(key, clock_.boottime());
  }
  ways_.produce(partition, key, frame,
                [this, partition, read_to = ways_.end(partition), done = std::move(done)](
                    Append result, const std::optional<Written>& written) {
                  if (written) {
                    const std::scoped_lock lock(mutex_);
                    acknowledged(partition).written(*written, read_to, clock_.boottime());
                  }
                  done(result);
                });
}

void LogKeeper::ask_end(Partition partition, EventLog::EndAnswered done) const {
  EndAsked asked;
  bool can_prove = false;
  {
    const std::scoped_lock lock(mutex_);
    asked = time_.asked(partition, ways_.end(partition));
    can_prove = static_cast<bool>(make_tick_);
  }
  ways_.ask_end(partition, [this, partition, asked, can_prove,
                            done = std::move(done)](std::optional<std::uint64_t> told) {
    if (!told || !can_prove || asked.believes(*told)) return done(told);
    prove(partition, asked.at, done);
  });
}

void LogKeeper::prove(Partition partition, Duration asked_at, EventLog::EndAnswered done) const {
  const bool waits = [&] {
    const std::scoped_lock lock(mutex_);
    return proofs(partition).add(asked_at, done);
  }();
  if (!waits) return done(std::nullopt);
  send_proof(partition, EndProofs::tick_interval_min);
  answer_proofs(partition);
}

void LogKeeper::send_proof(Partition partition, Duration interval) const {
  std::string tick;
  {
    const std::scoped_lock lock(mutex_);
    if (!proofs(partition).tick_due(clock_.boottime(), interval)) return;
    tick = make_tick_(partition);
  }
  send_tick(partition, tick);
}

void LogKeeper::send_tick(Partition partition, const std::string& tick) const {
  ++ticks_sent_;
  append(partition, tick, [](Append) {});
}

void LogKeeper::answer_proofs() const {
  for (const Partition partition : partitions) answer_proofs(partition);
}

void LogKeeper::answer_proofs(Partition partition) const {
  const auto answers = [&] {
    const std::scoped_lock lock(mutex_);
    if (proofs(partition).nobody_waits()) return std::vector<EndProofs::Answer>();
    return proofs(partition).answers(clock_.boottime(), time_.currency(partition).at,
                                     ways_.end(partition));
  }();
  for (const EndProofs::Answer& answer : answers) answer.tell();
}

void LogKeeper::abandon_proofs() {
  for (const Partition partition : partitions) {
    const auto answers = [&] {
      const std::scoped_lock lock(mutex_);
      return proofs(partition).abandon();
    }();
    for (const EndProofs::Answer& answer : answers) answer.tell();
  }
}

void LogKeeper::tick_with(MakeTick make_tick) {
  const std::scoped_lock lock(mutex_);
  make_tick_ = std::move(make_tick);
}

void LogKeeper::keep_time() {
  answer_proofs();
  for (const Partition partition : partitions) {
    send_proof(partition, EndProofs::tick_interval_max);
    std::string tick;
    {
      const std::scoped_lock lock(mutex_);
      if (!make_tick_ || !time_.tick_due(partition)) continue;
      tick = make_tick_(partition);
    }
    send_tick(partition, tick);
  }
}

LogKeeper::Finding LogKeeper::judge_leader() {
  const Duration now = clock_.boottime();
  const std::scoped_lock lock(mutex_);
  if (now - turned_at_ < unread_max) return {};
  for (const Partition partition : partitions) {
    Acknowledged& its = acknowledged(partition);
    its.read(ways_.end(partition), now);
    if (its.loss()) return LostEnd{partition, *its.loss()};
    if (const auto leader = its.missed_leader(now)) return MissedLeader{*leader};
  }
  return {};
}

void LogKeeper::turned() {
  const Duration now = clock_.boottime();
  const std::scoped_lock lock(mutex_);
  turned_at_ = now;
}

std::optional<Duration> LogKeeper::read(Partition partition, Timestamp stamp,
                                        std::string_view key) {
  const std::scoped_lock lock(mutex_);
  const auto sent_at = own_.take(key);
  time_.read(partition, stamp, sent_at);
  return sent_at;
}

void LogKeeper::read_before(Partition partition, Timestamp stamp) {
  const std::scoped_lock lock(mutex_);
  time_.read_before(partition, stamp);
}

Currency LogKeeper::currency(Partition partition) const {
  const std::scoped_lock lock(mutex_);
  return time_.currency(partition);
}

Timestamp LogKeeper::now() const {
  const std::scoped_lock lock(mutex_);
  return time_.now();
}

std::optional<Duration> LogKeeper::skew(Partition partition) const {
  const std::scoped_lock lock(mutex_);
  return time_.skew(partition);
}

bool LogKeeper::refuses_wall_clock() const {
  const std::scoped_lock lock(mutex_);
  return time_.refuses_wall_clock();
}

}  // namespace optare
