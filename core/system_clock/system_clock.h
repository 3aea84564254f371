// The machine's own clocks.
#pragma once

#include "core/ports/clock.h"

namespace optare {

class SystemClock final : public Clock {
 public:
  Timestamp wall() const override;
  Duration boottime() const override;
  // On the awaiting executor.
  Task<> sleep(Duration duration) override;
};

}  // namespace optare
