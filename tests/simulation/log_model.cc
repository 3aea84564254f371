#include "tests/simulation/log_model.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/log/frame.h"
#include "core/log/imported.h"
#include "tests/simulation/names.h"

namespace optare::simulation {
namespace {

// The design's own numbers, written down again.
constexpr Duration command_life = std::chrono::hours(24);
constexpr Duration tokens_life = std::chrono::days(30);
constexpr std::size_t mac_bytes = 32;
constexpr std::size_t header_bytes = 16;
constexpr std::size_t kind_at = 5;

// Streams of these two kinds begin anew after a while (contracts.md C).
std::uint64_t version_then(const std::string& stream, const StreamVersion& last, Timestamp now) {
  const Duration age = now - last.written_at;
  if (stream.starts_with("command/") && age >= command_life) return 0;
  if (stream.starts_with("00/") && age >= tokens_life) return 0;
  return last.version;
}

std::uint64_t version_in(const std::map<std::string, StreamVersion>& versions,
                         const std::string& stream, Timestamp now) {
  const auto found = versions.find(stream);
  return found == versions.end() ? 0 : version_then(stream, found->second, now);
}

}  // namespace

std::string_view says_name(LogModel::Says says) {
  switch (says) {
    case LogModel::Says::admitted:
      return "admitted";
    case LogModel::Says::tick:
      return "tick";
    case LogModel::Says::not_ours:
      return "not ours";
    case LogModel::Says::late:
      return "late";
    case LogModel::Says::other_view:
      return "other view";
    case LogModel::Says::repeated:
      return "repeated";
    case LogModel::Says::moved:
      return "moved";
    case LogModel::Says::guard_moved:
      return "guard moved";
    case LogModel::Says::out_of_turn:
      return "out of turn";
  }
  return "?";
}

void LogModel::append(Partition partition, const LogRecord& record, bool genuine,
                      Timestamp written_at) {
  Log& log = logs_[static_cast<std::size_t>(partition)];
  // A history that is carried over has its own time.
  if (!log.being_moved) log.log_time = std::max(log.log_time, record.time);
  Entry entry{record,      genuine, written_at, Says::not_ours, log.log_time, log.offsets.size(),
              std::nullopt};
  if (genuine && record.bytes[kind_at] == static_cast<char>(FrameKind::tick)) {
    entry.says = Says::tick;
  } else if (const auto original = genuine ? original_of(log, record) : std::nullopt) {
    entry.commit = original->commit;
    entry.says = in_turn(log, *original) ? judge_commit(log, *entry.commit, original->log_time)
                                         : Says::out_of_turn;
    if (entry.says == Says::admitted) {
      entry.ordinal = log.offsets.size() + 1;
      entry.log_time = log.log_time = original->log_time;
      log.being_moved = original->carried;
      count(log, partition, entry, original->frame);
    }
  }
  if (entry.says == Says::moved) log.losers.insert(entry.commit->id);
  judge_.note(
      fmt::format("{} @{} {}{}", partition_name(partition), record.offset, says_name(entry.says),
                  entry.commit ? fmt::format(" {} by {} for {}", entry.commit->cause,
                                             entry.commit->node_id, entry.commit->request_id)
                               : ""));
  log.entries.push_back(std::move(entry));
}

std::optional<LogModel::Original> LogModel::original_of(const Log& log, const LogRecord& record) {
  const auto payload_of = [](std::string_view frame) {
    return frame.substr(header_bytes, frame.size() - header_bytes - mac_bytes);
  };
  Original original{.carried = record.bytes[kind_at] == static_cast<char>(FrameKind::imported),
                    .ordinal = 0,
                    .log_time = std::max(log.log_time, record.time),
                    .frame = record.bytes,
                    .commit = {}};
  if (original.carried) {
    const auto imported = decode_imported(payload_of(record.bytes));
    if (!imported) return std::nullopt;
    original.ordinal = imported->ordinal;
    original.log_time = imported->log_time;
    original.frame = imported->frame;
  }
  auto commit = decode_commit(payload_of(original.frame));
  if (!commit) return std::nullopt;
  original.commit = *std::move(commit);
  return original;
}

// First what is carried over, in its order; then a seal that knows all of it; then anything else.
bool LogModel::in_turn(const Log& log, const Original& original) {
  const Commit& commit = original.commit;
  const bool begun = !log.offsets.empty();
  if (original.carried)
    return (log.being_moved || !begun) && original.ordinal == log.offsets.size() + 1;
  const bool seal = commit.cause == "SealLog";
  if (log.being_moved) return seal && commit.view.ordinal == log.offsets.size();
  return !seal || !begun;
}

LogModel::Says LogModel::judge_commit(const Log& log, const Commit& commit,
                                      Timestamp log_time) const {
  if (log_time > commit.deadline) return Says::late;
  if (commit.view.ordinal >= log.chain.size() || log.chain[commit.view.ordinal] != commit.view.hash)
    return Says::other_view;
  if (log.commits.contains(commit.id)) return Says::repeated;
  for (const StreamWrite& write : commit.writes) {
    if (version_in(log.versions, write.stream, log_time) != write.expected_version)
      return Says::moved;
  }
  for (const Guard& guard : commit.guards) {
    if (version_in(log.versions, guard.stream, log_time) != guard.version) return Says::guard_moved;
  }
  return Says::admitted;
}

void LogModel::count(Log& log, Partition partition, const Entry& entry, const std::string& frame) {
  const Commit& commit = *entry.commit;
  log.commits.insert(commit.id);
  if (commit.command_id) {
    const auto [before, first] = log.commands.try_emplace(*commit.command_id, entry.log_time);
    judge_.require(first || entry.log_time - before->second >= command_life, Rule::one_effect,
                   [&] { return "two commits of one command id: " + commit.request_id; });
    before->second = entry.log_time;
  }
  log.requests[commit.request_id].push_back(entry.ordinal);
  log.offsets.push_back(entry.record.offset);
  const Hash hash = chain_hash(log.chain.back(), entry.ordinal, entry.log_time, frame);
  log.chain.push_back(hash);
  log.rows.begin(partition, entry.ordinal, entry.log_time);
  log.rows.put_position(entry.record.offset, hash);
  for (const StreamWrite& write : commit.writes) {
    const std::uint64_t version =
        write.expected_version + std::max<std::size_t>(write.events.size(), 1);
    log.versions[write.stream] = {version, entry.log_time};
    log.rows.put_stream(write.stream, {version, entry.log_time});
    for (std::size_t i = 0; i < write.events.size(); ++i) {
      const auto folded =
          log.rows.fold(write.stream, write.events[i], write.expected_version + i + 1);
      judge_.require(folded.has_value(), Rule::fold, [&] {
        return fmt::format("{} of {}: {}", commit.cause, write.stream, folded.error().detail);
      });
    }
  }
  log.rows.end();
  if (partition == Partition::control) check_streams_together(log, entry);
}

// The rules that span several streams, which only guards and claims can keep.
void LogModel::check_streams_together(const Log& log, const Entry& entry) {
  const Commit& commit = *entry.commit;
  const auto require = [&](bool holds, Rule rule, const std::string& what) {
    judge_.require(holds, rule, [&] {
      return fmt::format("ordinal {}, {} for {}: {}", entry.ordinal, commit.cause,
                         commit.request_id, what);
    });
  };
  require(!log.rows.identifier_taken_twice(), Rule::identifiers, "two APIs have one identifier");
  require(log.rows.administrators(admin_api) > 0, Rule::administrators, "nobody can administer");
  if (commit.actor.type == ActorType::application) {
    const auto actor = log.rows.application(commit.actor.id, entry.ordinal - 1);
    require(actor && actor->standing == Standing::active, Rule::actors,
            commit.actor.id + " could do nothing any more");
  }
  for (const StreamWrite& write : commit.writes) {
    for (const EncodedEvent& encoded : write.events) {
      const auto event = decode_event(encoded.type, encoded.payload);
      const auto* granted = event ? std::get_if<ApiGranted>(&*event) : nullptr;
      if (granted == nullptr) continue;
      const auto api = log.rows.api(granted->api_id, entry.ordinal);
      require(api && api->exists(), Rule::grants, granted->api_id + " is not there");
    }
  }
}

void LogModel::cut(Partition partition, std::uint64_t end) {
  judge_.note(fmt::format("{} is cut at {}", partition_name(partition), end));
  Log& log = logs_[static_cast<std::size_t>(partition)];
  std::vector<Entry> kept = std::move(log.entries);
  kept.resize(end);
  log = Log();
  for (const Entry& entry : kept) append(partition, entry.record, entry.genuine, entry.written_at);
}

View LogModel::view(Partition partition) const {
  return {at(partition).chain.size() - 1, at(partition).chain.back()};
}

std::uint64_t LogModel::version(Partition partition, const std::string& stream) const {
  return version_in(at(partition).versions, stream, at(partition).log_time);
}

std::vector<std::uint64_t> LogModel::of_request(Partition partition,
                                                const std::string& request_id) const {
  const auto found = at(partition).requests.find(request_id);
  return found == at(partition).requests.end() ? std::vector<std::uint64_t>() : found->second;
}

std::uint64_t LogModel::races_lost() const {
  std::uint64_t lost = 0;
  for (const Log& log : logs_) lost += log.losers.size();
  return lost;
}

}  // namespace optare::simulation
