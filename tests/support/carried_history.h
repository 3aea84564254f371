// A log with a history, and that history as another log takes it over.
#pragma once

#include <vector>

#include "core/log/imported.h"
#include "tests/support/log_reader.h"

namespace optare::samples {

inline EncodedEvent log_sealed(const LogId& log) {
  LogSealed sealed;
  sealed.log_id.assign(log.begin(), log.end());
  return encode_event(sealed);
}

// The commit that ends an import into the log that `reader` reads.
inline Commit seal(const LogReader& reader) {
  const std::string stream = reader.partition == Partition::control ? "system" : "00/seal";
  Commit commit = samples::commit();
  commit.id = filled<16>(0x5e);
  commit.deadline = noon + std::chrono::days(1000);
  commit.view = reader.head.view;
  commit.writes = {{stream, reader.stream(stream).version, {log_sealed(reader.log_id)}}};
  commit.guards = {};
  commit.command_id = std::nullopt;
  commit.request_digest = std::nullopt;
  return commit;
}

// What is read here is remembered, so that it can be carried elsewhere.
class RecordedLog {
 public:
  explicit RecordedLog(LogId log = samples::log_id, Partition partition = Partition::control)
      : reader(log, partition) {}

  Verdict read(std::string bytes, Timestamp time) {
    Verdict verdict = reader.read(bytes, time);
    if (verdict.kind == Verdict::Kind::admitted)
      admitted.push_back({time, std::move(bytes), reader.head});
    return verdict;
  }
  Verdict read(const Commit& commit, Timestamp time) { return read(reader.frame_of(commit), time); }

  // The payload that carries the commit at `ordinal`.
  std::string carried(std::uint64_t ordinal) const {
    const Admitted& record = admitted.at(ordinal - 1);
    const auto original = original_record(record.bytes);
    OPTARE_ASSERT(original.has_value());
    if (original->imported) return encode_imported(*original->imported);
    return encode_imported({reader.log_id, ordinal, record.after.log_time, original->frame});
  }
  std::uint64_t ordinals() const { return admitted.size(); }

  struct Admitted {
    Timestamp time;
    std::string bytes;
    Head after;
  };
  LogReader reader;
  std::vector<Admitted> admitted;
};

// It renames what `stream` is about.
inline Commit client_commit(const LogReader& reader, const std::string& stream,
                            Timestamp deadline) {
  Commit commit = samples::commit();
  commit.deadline = deadline;
  commit.view = reader.head.view;
  commit.writes = {
      {stream,
       reader.stream(stream).version,
       {encode_event(client_renamed("at " + std::to_string(reader.head.next_offset)))}}};
  commit.guards = {};
  return commit;
}

// Genesis and some commits with records between them that do not count.
inline RecordedLog history(LogId log = samples::log_id) {
  RecordedLog home(log);
  Commit genesis = samples::commit();
  genesis.writes = {{"system", 0, {encode_event(log_created())}}};
  genesis.guards = {};
  home.read(genesis, noon);
  for (int i = 1; i <= 4; ++i) {
    const Timestamp time = noon + i * std::chrono::seconds(1);
    home.read("garbage", time);
    home.read(client_commit(home.reader, "application/srv_" + std::to_string(i % 2), time), time);
  }
  OPTARE_ASSERT(home.ordinals() == 5);
  return home;
}

// As `log` writes it down.
inline std::string imported_frame(const LogReader& log, std::string_view payload) {
  return make_frame(*log.mac, log.log_id, log.partition, FrameKind::imported, payload);
}

}  // namespace optare::samples
