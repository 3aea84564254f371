// Cursors of lists: where the next page begins, authenticated, so that nobody can forge a place
// (CVE-2026-33504) or take one list's cursor to another.
//
//   base64url( HMAC(cursor key, list | 0 | place) truncated to 16 bytes | place )
#pragma once

#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/ports/fleet_key.h"

namespace optare {

constexpr std::size_t cursor_place_bytes_max = 1024;  // ours

// Thread-safe. Cursors survive a restart and work on every node of a deployment.
class Cursors {
 public:
  explicit Cursors(const FleetKey& key) : key_(key.derive(label_cursor)) {}

  // REQUIRES: `list` has no NUL byte; `place` is at most cursor_place_bytes_max.
  std::string to(std::string_view list, std::string_view place) const;
  // Errors: invalid, for a cursor that was altered, made up, or made for another list.
  [[nodiscard]] Result<std::string> from(std::string_view list, std::string_view cursor) const;

 private:
  std::string mac(std::string_view list, std::string_view place) const;
  Secret key_;
};

}  // namespace optare
