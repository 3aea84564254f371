#include "tests/simulation/simulated_log.h"

#include <algorithm>

namespace optare::simulation {

using std::chrono::milliseconds;
using std::chrono::seconds;

SimulatedLog::Fate SimulatedLog::fate() {
  const Duration soon = chance_.between(milliseconds(1), milliseconds(12));
  const Duration back = chance_.between(milliseconds(0), milliseconds(8));
  Fate fate{{soon}, soon + back, Append::persisted};
  if (befalls("disk_full", weather_.disk_full)) return {{}, soon, Append::refused_disk_full};
  if (befalls("refused", weather_.refused)) return {{}, soon, Append::not_persisted};
  if (befalls("lost", weather_.lost)) return {{}, seconds(10), Append::possibly_persisted};
  if (befalls("slow", weather_.slow)) {
    fate.written_after = {chance_.between(seconds(0), seconds(6))};
    fate.answered_after = fate.written_after.front() + back;
  }
  if (befalls("stalled", weather_.stalled)) {
    fate = {{chance_.between(seconds(0), seconds(20))}, soon, Append::possibly_persisted};
  }
  if (befalls("answer_lost", weather_.answer_lost)) fate.answer = Append::possibly_persisted;
  if (befalls("repeated", weather_.repeated)) {
    const Duration longest = chance_.once_in(4) ? seconds(60) : milliseconds(20);
    fate.written_after.push_back(fate.written_after.front() +
                                 chance_.between(milliseconds(0), longest));
  }
  return fate;
}

bool SimulatedLog::befalls(const char* fault, std::uint64_t once_in) {
  const bool befalls = chance_.once_in(once_in);
  if (befalls) ++faults_[fault];
  return befalls;
}

void SimulatedLog::write(Partition partition, std::string bytes, bool genuine,
                         std::optional<Timestamp> stamp) {
  if (timeline_.now() < up_again_) {
    timeline_.after(up_again_ - timeline_.now(),
                    [this, partition, genuine, stamp, bytes = std::move(bytes)]() mutable {
                      write(partition, std::move(bytes), genuine, stamp);
                    });
    return;
  }
  auto& records = records_[static_cast<std::size_t>(partition)];
  records.push_back({records.size(), stamp.value_or(broker_time()), std::move(bytes)});
  Timestamp& newest = newest_[static_cast<std::size_t>(partition)];
  newest = std::max(newest, records.back().time);
  if (on_written) on_written(partition, records.back(), genuine);
}

void SimulatedLog::cut(Partition partition, std::uint64_t end) {
  auto& records = records_[static_cast<std::size_t>(partition)];
  records.resize(end);
  Timestamp& newest = newest_[static_cast<std::size_t>(partition)];
  newest = {};
  for (const LogRecord& record : records) newest = std::max(newest, record.time);
  cuts_[static_cast<std::size_t>(partition)].push_back(end);
  if (on_cut) on_cut(partition, end);
}

bool SimulatedLog::lost(Partition partition, std::uint64_t history, std::uint64_t offset) const {
  const auto& cuts = cuts_[static_cast<std::size_t>(partition)];
  return std::any_of(cuts.begin() + static_cast<std::ptrdiff_t>(history), cuts.end(),
                     [offset](std::uint64_t end) { return end < offset; });
}

LogHandle::LogHandle(SimulatedLog& log, const Clock& clock, Deliver deliver)
    : log_(log), clock_(clock), deliver_(std::move(deliver)), own_(clock, Timestamp()) {
  for (const Partition partition : partitions) {
    for (const LogRecord& record : log_.records(partition)) {
      see(record.time);
      own_.at_least(record.time);
    }
  }
}

void LogHandle::see(Timestamp time) const {
  heard_at_ = clock_.boottime();
  if (time <= now()) return;
  seen_ = time;
  seen_at_ = heard_at_;
}

Timestamp LogHandle::now() const {
  if (log_.embedded()) return own_.now();
  return seen_ + (clock_.boottime() - seen_at_);
}

void LogHandle::append(Partition partition, std::string frame, Appended done) {
  if (cut_off_) return done(Append::not_persisted);
  if (log_.on_sent) log_.on_sent(partition, frame);
  if (log_.embedded()) return append_embedded(partition, std::move(frame), std::move(done));
  const SimulatedLog::Fate fate = log_.fate();
  for (const Duration delay : fate.written_after) {
    log_.timeline().after(delay,
                          [&log = log_, partition, frame] { log.write(partition, frame, true); });
  }
  deliver_(fate.answered_after, [done = std::move(done), answer = fate.answer] { done(answer); });
}

// A process and its log live and die together: what was not written when it died is not written.
void LogHandle::append_embedded(Partition partition, std::string frame, Appended done) {
  const SimulatedLog::Fate fate = log_.fate();
  if (fate.written_after.empty()) {
    deliver_(fate.answered_after, [done = std::move(done), answer = fate.answer] { done(answer); });
    return;
  }
  deliver_(milliseconds(2), [this, partition, frame = std::move(frame), done = std::move(done),
                             answer = fate.answer] {
    const auto stamp = own_.stamp();
    if (!stamp) return done(Append::refused_clock);
    log_.write(partition, frame, true, stamp);
    done(answer);
  });
}

std::vector<LogRecord> LogHandle::read(Partition partition, std::uint64_t offset,
                                       std::size_t records_max) const {
  if (log_.read_fails()) throw LogFault("the simulated log cannot be read just now");
  const auto& records = log_.records(partition);
  std::vector<LogRecord> found;
  for (std::uint64_t at = offset; at < records.size() && found.size() < records_max; ++at) {
    see(records[at].time);
    found.push_back(records[at]);
  }
  return found;
}

}  // namespace optare::simulation
