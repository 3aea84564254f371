#include "tests/simulation/log_handle.h"

#include <algorithm>

namespace optare::simulation {

using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

// A record that took no longer measures the brokers' clock by so much.
constexpr Duration round_trip_max = seconds(60);
// Between two questions for first records: as the adapter's.
constexpr Duration history_interval = seconds(10);

}  // namespace

LogHandle::LogHandle(SimulatedLog& log, LogCopies& copies, std::string node, const Clock& clock,
                     Chance chance, Deliver deliver)
    : log_(log),
      copies_(copies),
      node_(std::move(node)),
      clock_(clock),
      deliver_(std::move(deliver)),
      first_chance_(chance.fork().fork()),
      chance_(chance),
      random_(chance_.fork()),
      own_clock_(clock, Timestamp()),
      keeper_(clock, random_, ways()),
      watch_(history_interval, watch_ways()) {
  for (const Partition partition : partitions) {
    part(partition).following.emplace(std::string(partition_name(partition)),
                                      following_ways(partition));
    if (const auto& read = copy(partition).records; !read.empty()) {
      keeper_.read_before(partition, read.back().time);
      watch_.read_before(partition, {read.front().offset, read.front().time});
      for (const ReadRecord& before : before_silences(read, HistoryWatch::unasked_max))
        watch_.read_before(partition, before);
    }
    if (!log_.embedded()) continue;
    for (const LogRecord& record : log_.records(partition)) own_clock_.at_least(record.time);
  }
}

LogKeeper::Ways LogHandle::ways() {
  LogKeeper::Ways ways;
  ways.end = [this](Partition partition) { return end(partition); };
  ways.produce = [this](Partition partition, const RecordKey& key, const std::string& frame,
                        LogKeeper::Produced done) {
    produce(partition, key, frame, std::move(done));
  };
  ways.ask_end = [this](Partition partition, EndAnswered done) { ask(partition, std::move(done)); };
  return ways;
}

Following::Ways LogHandle::following_ways(Partition partition) {
  Following::Ways ways;
  ways.now = [this] { return clock_.boottime(); };
  ways.to_compare = [this, partition](auto doubted) -> std::optional<LogRecord> {
    const auto& read = copy(partition).records;
    if (read.empty() || !compares_) return std::nullopt;
    return doubted && *doubted < read.size() ? read[*doubted] : read.back();
  };
  ways.read_up_to = [this, partition] { return end(partition); };
  ways.start = [this, partition](std::uint64_t offset) {
    part(partition).next = offset;
    return true;
  };
  ways.stop = [] {};
  ways.range = [this, partition] {
    return TopicRange{0, log_.end_at(partition, log_.misled(partition, node_).hears)};
  };
  ways.end_is_proven = [] { return true; };
  ways.other_history = [this](const std::string& why) {
    other_history_ = why;
    for (Part& each : parts_) each.following->stop();
  };
  return ways;
}

void LogHandle::fetch() {
  if (log_.embedded()) return;
  for (const Partition partition : partitions) {
    if (other_history_.empty()) follow(partition);
  }
  keeper_.answer_proofs();
}

void LogHandle::follow(Partition partition) {
  Part& its = part(partition);
  LogCopy& read = copy(partition);
  const auto& records = log_.records(partition);
  if (!log_.lost(partition, read.history, read.records.size())) {
    read.history = log_.history(partition);
  } else if (!read.sound) {
    read.sound = read.records.size();
    read.outgrown = records.size() >= read.records.size();
  }
  its.acknowledged = std::min<std::uint64_t>(its.acknowledged, records.size());
  its.following->start_when_due();
  while (its.following->followed()) {
    const std::uint64_t end = log_.end_at(partition, log_.misled(partition, node_).hears);
    if (log_.gone(partition)) return its.following->rest();
    if (its.next > end) return its.following->out_of_range();
    if (its.next == end) {
      its.following->end(end);
      return;
    }
    take(partition, records[its.next++]);
  }
}

void LogHandle::take(Partition partition, const LogRecord& record) {
  auto& read = copy(partition).records;
  if (!part(partition).following->record(record.offset, record.time, record.bytes)) return;
  if (record.offset < read.size()) return;
  read.push_back(record);
  watch_.read(partition, {record.offset, record.time}, clock_.boottime());
  const Duration now = clock_.boottime();
  const auto sent = keeper_.read(partition, record.time, log_.key_of(partition, record.offset));
  if (sent && now - *sent <= round_trip_max) measured_at_ = log_.timeline().now() - (now - *sent);
}

bool LogHandle::settled() const {
  return watch_.settled() &&
         std::ranges::all_of(parts_, [](const Part& its) { return its.following->compared(); });
}

bool LogHandle::heard_what_is_lost() const {
  return std::ranges::any_of(partitions, [this](Partition partition) {
    const LogCopy& read = copy(partition);
    return read.sound || log_.lost(partition, read.history, read.records.size());
  });
}

std::uint64_t LogHandle::end(Partition partition) const {
  return (log_.embedded() ? log_.records(partition) : copy(partition).records).size();
}

Currency LogHandle::currency(Partition partition) const {
  if (log_.embedded()) return {clock_.boottime(), now()};
  return keeper_.currency(partition);
}

Timestamp LogHandle::now() const {
  if (log_.embedded()) return own_clock_.now();
  return keeper_.now();
}

void LogHandle::ask_end(Partition partition, EndAnswered done) const {
  if (log_.embedded()) return done(end(partition));
  EndAnswered told = noted(partition, std::move(done));
  if (believes_all_) return ask(partition, std::move(told));
  keeper_.ask_end(partition, std::move(told));
}

void LogHandle::ask(Partition partition, EndAnswered done) const {
  if (!part(partition).questions.add(done)) return done(std::nullopt);
  ask_next(partition);
}

EventLog::EndAnswered LogHandle::noted(Partition partition, EndAnswered done) const {
  return [this, partition, was = log_.records(partition).size(), history = log_.history(partition),
          done = std::move(done)](std::optional<std::uint64_t> end) {
    if (end && history == log_.history(partition)) log_.on_end_told(partition, node_, *end, was);
    done(end);
  };
}

// The answer is as old as its way back.
void LogHandle::ask_next(Partition partition) const {
  if (!part(partition).questions.begin()) return;
  const auto end = std::make_shared<std::optional<std::uint64_t>>();
  const auto answer = [this, partition, end] {
    for (const EndAnswered& answered : part(partition).questions.end()) answered(*end);
    ask_next(partition);
  };
  if (log_.question_fails()) return deliver_(end_question_patience, answer);
  const Duration there = chance_.between(milliseconds(1), milliseconds(12));
  const Duration back = chance_.between(milliseconds(0), milliseconds(8));
  log_.timeline().after(there, [&log = log_, node = node_, partition, end] {
    *end = log.end_at(partition, log.misled(partition, node).asks);
  });
  deliver_(there + back, answer);
}

HistoryWatch::Ways LogHandle::watch_ways() {
  HistoryWatch::Ways ways;
  ways.time_of = [this](Partition partition, std::uint64_t offset) -> std::optional<Timestamp> {
    const auto& read = copy(partition).records;
    return offset < read.size() ? std::optional(read[offset].time) : std::nullopt;
  };
  ways.ask_first = [this](Partition partition, Timestamp since, HistoryWatch::FirstAnswered done) {
    ask_first(partition, since, std::move(done));
  };
  return ways;
}

// Whoever leads, or thinks so; while nobody does, nobody says anything.
void LogHandle::ask_first(Partition partition, Timestamp since,
                          HistoryWatch::FirstAnswered done) const {
  const auto first = std::make_shared<std::optional<std::uint64_t>>();
  const bool late = first_chance_.once_in(5);
  const Duration there =
      first_chance_.between(milliseconds(1), late ? milliseconds(400) : milliseconds(12));
  const Duration back = first_chance_.between(milliseconds(0), milliseconds(8));
  if (!log_.first_fails(first_chance_))
    log_.timeline().after(there, [&log = log_, node = node_, partition, since, first] {
      const bool old = log.misled(partition, node).asks;
      if (old || !log.down(partition)) *first = log.first_since(partition, since, old);
    });
  deliver_(there + back, [first, done = std::move(done)] { done(*first); });
}

void LogHandle::keep_time() {
  if (log_.embedded()) return;
  if (!other_history_.empty()) return keeper_.answer_proofs();
  const LogKeeper::Finding found = keeper_.judge_leader();
  if (const auto* lost = std::get_if<LogKeeper::LostEnd>(&found))
    part(lost->partition).following->end_is_lost(lost->loss);
  if (turns_ && std::holds_alternative<LogKeeper::MissedLeader>(found)) {
    log_.turn_to_leaders(node_);
    for (const Partition partition : partitions) part(partition).following->stop();
    fetch();
    keeper_.turned();
  }
  for (const Partition partition : partitions) {
    Part& its = part(partition);
    its.unheard = its.acknowledged > end(partition) ? its.unheard + 1 : 0;
  }
  if (asks_first_)
    watch_.judge(clock_.boottime(), [this](Partition partition, std::uint64_t offset) {
      part(partition).following->doubt(offset);
    });
  keeper_.keep_time();
}

void LogHandle::append(Partition partition, std::string frame, Appended done) {
  if (cut_off_ || !other_history_.empty()) return done(Append::not_persisted);
  if (!log_.embedded() && refuses_clock_ && keeper_.refuses_wall_clock())
    return done(Append::refused_clock);
  if (log_.on_sent) log_.on_sent(partition, frame);
  if (log_.embedded()) return append_embedded(partition, std::move(frame), std::move(done));
  keeper_.append(partition, frame, std::move(done));
}

void LogHandle::produce(Partition partition, const RecordKey& key, const std::string& frame,
                        LogKeeper::Produced done) const {
  if (log_.producer_fails()) {
    replace_producer();
    return deliver_({}, [done = std::move(done)] { done(Append::not_persisted, std::nullopt); });
  }
  SimulatedLog::Fate fate = log_.fate();
  if (fate.disk_full) {
    return deliver_(fate.answered_after,
                    [done = std::move(done)] { done(Append::refused_disk_full, std::nullopt); });
  }
  if (log_.misled(partition, node_).writes) fate = SimulatedLog::lost();
  const auto sending = std::make_shared<Sending>();
  for (const Duration delay : fate.written_after) {
    log_.timeline().after(delay, [&log = log_, partition, frame, key, sending] {
      if (sending->purged) return;
      sending->sent = true;
      log.write(partition, frame, true, std::nullopt, key, [sending](const Written& written) {
        if (!sending->first) sending->first = written;
      });
    });
  }
  const std::uint64_t number = ++last_number_;
  outstanding_.emplace(number, Outstanding{partition, std::move(done), sending});
  deliver_(fate.answered_after, [this, number, report = fate.report] { answer(number, report); });
}

void LogHandle::answer(std::uint64_t number, DeliveryReport report) const {
  const auto found = outstanding_.extract(number);
  if (!found) return;  // it was answered when its producer ended
  const Outstanding& its = found.mapped();
  const bool told = report.stamped == RD_KAFKA_TIMESTAMP_LOG_APPEND_TIME && its.sending->first;
  if (told) {
    report.offset = static_cast<std::int64_t>(its.sending->first->offset);
    report.broker = its.sending->first->broker;
  }
  const auto written = written_of(report, true);
  std::uint64_t& acknowledged = part(its.partition).acknowledged;
  if (written) acknowledged = std::max(acknowledged, written->offset + 1);
  its.done(append_of(report.error, report.status), written);
}

// As after a fatal error: what waits in its queue is purged from it, and nobody will say what
// became of what is in flight.
void LogHandle::replace_producer() const {
  for (const auto& [number, its] : outstanding_) {
    its.sending->purged = !its.sending->sent;
    DeliveryReport report{.error = RD_KAFKA_RESP_ERR__PURGE_INFLIGHT,
                          .status = RD_KAFKA_MSG_STATUS_POSSIBLY_PERSISTED};
    if (its.sending->purged)
      report = {.error = RD_KAFKA_RESP_ERR__PURGE_QUEUE,
                .status = RD_KAFKA_MSG_STATUS_NOT_PERSISTED};
    deliver_({}, [this, old = number, report] { answer(old, report); });
  }
}

// A process and its log live and die together: what was not written when it died is not written.
void LogHandle::append_embedded(Partition partition, std::string frame, Appended done) {
  const SimulatedLog::Fate fate = log_.fate();
  const Append answer =
      fate.disk_full ? Append::refused_disk_full : append_of(fate.report.error, fate.report.status);
  if (fate.written_after.empty())
    return deliver_(fate.answered_after, [done = std::move(done), answer] { done(answer); });
  deliver_(milliseconds(2),
           [this, partition, frame = std::move(frame), done = std::move(done), answer] {
             const auto stamp = own_clock_.stamp();
             if (!stamp) return done(Append::refused_clock);
             log_.write(partition, frame, true, stamp);
             done(answer);
           });
}

std::vector<LogRecord> LogHandle::read(Partition partition, std::uint64_t offset,
                                       std::size_t records_max) const {
  if (log_.read_fails()) throw LogFault("the simulated log cannot be read just now");
  const auto& records = log_.embedded() ? log_.records(partition) : copy(partition).records;
  std::vector<LogRecord> found;
  for (std::uint64_t at = offset; at < end(partition) && found.size() < records_max; ++at)
    found.push_back(records[at]);
  return found;
}

}  // namespace optare::simulation
