// The deployment as its own log records it.
#pragma once

#include <cstdint>
#include <string>

#include "core/base/time.h"
#include "core/events.h"
#include "core/log/commit.h"

namespace optare {

constexpr std::size_t issuer_bytes_max = 512;  // ours: it stands in every token

struct System {
  std::uint64_t version = 0;
  std::string log_id;  // 16 bytes; of the log that the history began in, wherever it goes on
  std::string issuer;
  std::uint32_t fleet_key_id = 0;
  std::uint32_t feature_level = 1;
  Timestamp created_at;

  bool operator==(const System&) const = default;
  template <class Archive>
  void fields(Archive& a) {
    a(version, log_id, issuer, fleet_key_id, feature_level, created_at);
  }
};

[[nodiscard]] Result<System> evolve(System state, const SystemEvent& event, const EventMeta& meta);

constexpr std::string_view system_stream = "system";
// Where `LogSealed` is written in each partition.
std::string seal_stream(Partition partition);

}  // namespace optare
