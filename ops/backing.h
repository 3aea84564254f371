// Where the truth of a node lies: its vault and its log, on its own disk or on Kafka, and what
// neither port says of itself.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "core/log/event_log.h"
#include "core/ports/vault.h"
#include "ops/first_start.h"
#include "ops/progress.h"

namespace optare {

class KafkaBacking;

// Made before the node, ends after it. Thread: the ports say theirs; everything else from any.
class Backing {
 public:
  virtual ~Backing() = default;
  virtual Vault& vault() = 0;
  virtual EventLog& log() = 0;
  virtual const Identity& identity() const = 0;
  // For whoever has to look there.
  virtual std::string vault_place() const = 0;
  virtual std::string log_place() const = 0;
  // Why the log takes no writes now; empty when it does.
  virtual std::string fault() const = 0;
  // One past the last record that can be read; none while nobody knows.
  virtual std::optional<std::uint64_t> end(Partition partition) const = 0;
  // About what the log takes on this disk.
  virtual std::uint64_t bytes() const = 0;
  // Returns once everything that was durable when called can be read. `meanwhile` is called again
  // and again until then, if it takes any time: it may take a second. Errors: unavailable.
  [[nodiscard]] virtual Result<void> catch_up(Progress& progress,
                                              const std::function<void()>& meanwhile) = 0;
  // Null unless it is that one, which has more to tell.
  virtual const KafkaBacking* kafka() const { return nullptr; }
};

}  // namespace optare
