#include "tests/simulation/simulated_log.h"

#include <algorithm>

namespace optare::simulation {

using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

constexpr DeliveryReport delivered{.status = RD_KAFKA_MSG_STATUS_PERSISTED,
                                   .stamped = RD_KAFKA_TIMESTAMP_LOG_APPEND_TIME};
constexpr DeliveryReport never_sent{.error = RD_KAFKA_RESP_ERR__MSG_TIMED_OUT,
                                    .status = RD_KAFKA_MSG_STATUS_NOT_PERSISTED};
constexpr DeliveryReport unanswered{.error = RD_KAFKA_RESP_ERR__MSG_TIMED_OUT,
                                    .status = RD_KAFKA_MSG_STATUS_POSSIBLY_PERSISTED};

}  // namespace

SimulatedLog::Fate SimulatedLog::fate() {
  const Duration soon = chance_.between(milliseconds(1), milliseconds(12));
  const Duration back = chance_.between(milliseconds(0), milliseconds(8));
  Fate fate{{soon}, soon + back, delivered};
  if (befalls("disk_full", weather_.disk_full)) return {{}, soon, never_sent, true};
  if (befalls("refused", weather_.refused)) return {{}, soon, never_sent};
  if (befalls("lost", weather_.lost)) return lost();
  if (befalls("slow", weather_.slow)) {
    fate.written_after = {chance_.between(seconds(0), seconds(6))};
    fate.answered_after = fate.written_after.front() + back;
  }
  if (befalls("stalled", weather_.stalled)) {
    fate = {{chance_.between(seconds(0), seconds(20))}, soon, unanswered};
  }
  if (befalls("answer_lost", weather_.answer_lost)) fate.report = unanswered;
  if (befalls("repeated", weather_.repeated)) {
    const Duration longest = chance_.once_in(4) ? seconds(60) : milliseconds(20);
    fate.written_after.push_back(fate.written_after.front() +
                                 chance_.between(milliseconds(0), longest));
    fate.report.stamped = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE;  // they have had it for long
  }
  return fate;
}

SimulatedLog::Fate SimulatedLog::lost() { return {{}, seconds(10), unanswered}; }

bool SimulatedLog::befalls(const char* fault, std::uint64_t once_in, Chance& chance) {
  const bool befalls = chance.once_in(once_in);
  if (befalls) ++faults_[fault];
  return befalls;
}

void SimulatedLog::write(Partition partition, std::string bytes, bool genuine,
                         std::optional<Timestamp> stamp, const RecordKey& key,
                         std::function<void(const Written&)> written) {
  const Timestamp up_again = up_again_[static_cast<std::size_t>(partition)];
  if (timeline_.now() < up_again) {
    timeline_.after(up_again - timeline_.now(),
                    [this, partition, genuine, stamp, key, bytes = std::move(bytes),
                     written = std::move(written)]() mutable {
                      write(partition, std::move(bytes), genuine, stamp, key, std::move(written));
                    });
    return;
  }
  auto& records = records_[static_cast<std::size_t>(partition)];
  records.push_back({records.size(), stamp.value_or(broker_time()), std::move(bytes)});
  keys_[static_cast<std::size_t>(partition)].push_back(key);
  Timestamp& newest = newest_[static_cast<std::size_t>(partition)];
  newest = std::max(newest, records.back().time);
  if (written) written({records.back().offset, leaders_[static_cast<std::size_t>(partition)]});
  if (on_written) on_written(partition, records.back(), genuine);
}

void SimulatedLog::be_down(Partition partition, Duration duration) {
  Timestamp& up_again = up_again_[static_cast<std::size_t>(partition)];
  up_again = std::max(up_again, timeline_.now() + duration);
}

void SimulatedLog::depose_leader(Partition partition, Duration election,
                                 std::map<std::string, Misled> nodes) {
  be_down(partition, election);
  old_leader(partition) = OldLeader{records(partition).size(), std::move(nodes)};
  ++leaders_[static_cast<std::size_t>(partition)];
}

void SimulatedLog::turn_to_leaders(const std::string& node) {
  for (auto& leader : old_leaders_) {
    if (leader) leader->nodes.at(node).hears = false;
  }
}

Misled SimulatedLog::misled(Partition partition, const std::string& node) const {
  const auto& leader = old_leader(partition);
  return leader ? leader->nodes.at(node) : Misled{};
}

std::uint64_t SimulatedLog::end_at(Partition partition, bool old) const {
  const auto& leader = old_leader(partition);
  return old && leader ? leader->end : records(partition).size();
}

std::uint64_t SimulatedLog::first_since(Partition partition, Timestamp since, bool old) const {
  const auto& all = records(partition);
  for (std::uint64_t offset = 0; offset < end_at(partition, old); ++offset)
    if (all[offset].time >= since) return offset;
  return HistoryWatch::none_since;
}

void SimulatedLog::be_gone(Partition partition, Duration duration) {
  be_down(partition, duration);
  back_again_[static_cast<std::size_t>(partition)] = timeline_.now() + duration;
}

void SimulatedLog::cut(Partition partition, std::uint64_t end, Duration election) {
  unite(partition);  // what the old leader had is not the log's beginning any more
  be_down(partition, election);
  auto& records = records_[static_cast<std::size_t>(partition)];
  records.resize(end);
  keys_[static_cast<std::size_t>(partition)].resize(end);
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

}  // namespace optare::simulation
