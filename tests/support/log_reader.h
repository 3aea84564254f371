// A node that reads a log, reduced to admission: applies what is admitted, as the follower does.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "core/base/assert.h"
#include "core/log/admission.h"
#include "tests/support/log_samples.h"

namespace optare::samples {

class LogReader final : public AdmissionView {
 public:
  explicit LogReader(LogId log = samples::log_id, Partition partition_read = Partition::control)
      : log_id(log), partition(partition_read) {}

  Verdict read(std::string bytes, Timestamp time = noon) {
    Verdict verdict =
        admit({head.next_offset, time, std::move(bytes)}, partition, log_id, *mac, head, *this);
    head = verdict.head;
    if (verdict.kind != Verdict::Kind::admitted) return verdict;
    for (const StreamWrite& write : verdict.commit->writes)
      streams[write.stream] = {write.next_version(), head.log_time};
    chain[head.view.ordinal] = head.view.hash;
    return verdict;
  }
  Verdict read(const Commit& commit, Timestamp time = noon) { return read(frame_of(commit), time); }
  std::string frame_of(const Commit& commit) const {
    return make_frame(*mac, log_id, partition, FrameKind::commit, encode_commit(commit).value());
  }
  // Genesis, and an application at version 1 as ordinal 1.
  void begin() {
    Commit genesis = samples::commit();
    genesis.writes = {{"system", 0, {encode_event(log_created())}},
                      {"application/srv_admin", 0, {}}};
    genesis.guards = {};
    OPTARE_ASSERT(read(genesis).kind == Verdict::Kind::admitted);
  }

  StreamVersion stream(std::string_view name) const override {
    const auto at = streams.find(name);
    return at == streams.end() ? StreamVersion{} : at->second;
  }
  std::optional<Hash> chain_at(std::uint64_t ordinal) const override {
    const auto at = chain.find(ordinal);
    return at == chain.end() ? std::nullopt : std::optional(at->second);
  }

  LogId log_id;
  Partition partition;
  std::shared_ptr<const FleetMac> mac = std::make_shared<FleetMac>(fleet_mac());
  Head head;
  std::map<std::string, StreamVersion, std::less<>> streams;
  std::map<std::uint64_t, Hash> chain;
};

}  // namespace optare::samples
