// When a node appends a tick: in silence, so that everybody knows that nothing was missed, and when
// it has no record of its own to measure by (design D11).
#pragma once

#include "core/base/time.h"
#include "core/ports/random.h"

namespace optare {

// A partition that said nothing for so long gets a tick, from whichever node is first: ours, so
// that several may be lost within `staleness_max`.
constexpr Duration silence_max = std::chrono::seconds(3);
// Each node waits up to so much longer, so that a fleet makes about one tick a silence.
constexpr Duration silence_jitter = std::chrono::seconds(1);
// How long a tick that is to prove something has before another one is sent.
constexpr Duration proof_interval = std::chrono::seconds(1);

// Thread: one at a time.
class TickSchedule {
 public:
  // `random` outlives this.
  explicit TickSchedule(Random& random) : random_(random), wait_(draw()) {}

  // A record was read.
  void heard(Duration at) {
    heard_at_ = at;
    wait_ = draw();
  }
  // Whether to append one now; it is then taken as sent.
  bool due(Duration now, bool wants_proof) {
    const bool silent = now - std::max(heard_at_, sent_at_) >= wait_;
    const bool prove = wants_proof && now - sent_at_ >= proof_interval;
    if (!silent && !prove) return false;
    sent_at_ = now;
    wait_ = draw();
    return true;
  }

 private:
  Duration draw() {
    const auto bytes = random_.bytes<2>();
    const int of_65536 = bytes[0] * 256 + bytes[1];
    return silence_max + silence_jitter * of_65536 / 65'536;
  }
  Random& random_;
  Duration heard_at_ = -silence_max;
  Duration sent_at_ = -silence_max;
  Duration wait_;
};

}  // namespace optare
