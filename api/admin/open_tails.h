// The live tails that are open on one listener: each keeps a connection and asks for its share of
// every commit, so there is a limit to all of them, and to those of one application.
#pragma once

#include <cstddef>
#include <map>
#include <mutex>

#include "core/base/id.h"
#include "core/base/result.h"

namespace optare {

constexpr std::size_t event_tails_max = 100;                 // of one listener; ours: then 503
constexpr std::size_t event_tails_per_application_max = 10;  // of these; ours: then 429

// Thread-safe.
class OpenTails {
 public:
  // Errors: too_many_requests, that application has its share; overloaded, all there may be.
  [[nodiscard]] Result<void> open(const ClientId& client);
  void close(const ClientId& client);

 private:
  std::mutex mutex_;
  std::size_t all_ = 0;
  std::map<ClientId, std::size_t> by_application_;
};

}  // namespace optare
