// A fixed fleet key, log and commit: what the tests of the log, the goldens and the fuzz corpus
// start from.
#pragma once

#include <string>
#include <vector>

#include "core/base/encoding.h"
#include "core/log/frame.h"
#include "core/openssl/frame_mac.h"

namespace optare::samples {

constexpr std::uint32_t fleet_key_id = 7;
constexpr Timestamp noon = timestamp_of(1'772'539'200'000);  // 2026-03-03T12:00:00Z

template <std::size_t N>
constexpr std::array<std::uint8_t, N> filled(std::uint8_t byte) {
  std::array<std::uint8_t, N> bytes{};
  bytes.fill(byte);
  return bytes;
}
constexpr LogId log_id = filled<16>(0x10);

inline FleetMac fleet_mac(std::uint32_t id = fleet_key_id, char fill = 'k') {
  std::vector<FleetKey> keys;
  keys.push_back({id, Secret(std::string(fleet_key_bytes, fill))});
  return FleetMac(keys, id);
}

inline std::vector<std::uint8_t> bytes(std::string_view text) { return {text.begin(), text.end()}; }

inline Event log_created(std::uint32_t key_id = fleet_key_id) {
  LogCreated created;
  created.log_id.assign(log_id.begin(), log_id.end());
  created.issuer = "https://id.example.com";
  created.fleet_key_id = key_id;
  return created;
}

inline Event client_renamed(std::string name) {
  ClientRenamed renamed;
  renamed.name = std::move(name);
  return renamed;
}

// A commit that is well within every limit and uses every field.
inline Commit commit() {
  Commit commit;
  commit.id = filled<16>(0x20);
  commit.deadline = noon + std::chrono::seconds(10);
  commit.writes = {{"application/srv_1", 0, {encode_event(client_renamed("Cron"))}},
                   {"command/00112233445566778899aabbccddeeff", 0, {}}};
  commit.guards = {{"application/srv_admin", 0}};
  commit.actor = {ActorType::application, "srv_admin"};
  commit.request_id = "req-1";
  commit.cause = "UpdateClient";
  commit.node_id = "node-a";
  commit.origin_address = "192.0.2.7";
  commit.command_id = filled<16>(0x30);
  commit.request_digest = filled<32>(0x40);
  return commit;
}

// REQUIRES: a commit within the limits.
inline std::string frame_of(const Commit& commit, const FrameMac& mac,
                            Partition partition = Partition::control) {
  return make_frame(mac, log_id, partition, FrameKind::commit, encode_commit(commit).value());
}

}  // namespace optare::samples
