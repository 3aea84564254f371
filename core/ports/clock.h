// The machine's clocks.
#pragma once

#include "core/base/task.h"
#include "core/base/time.h"

namespace optare {

class Clock {
 public:
  virtual ~Clock() = default;
  virtual Timestamp wall() const = 0;     // may leap, may be wrong
  virtual Duration boottime() const = 0;  // CLOCK_BOOTTIME: never leaps, counts suspended time
  virtual Task<> sleep(Duration duration) = 0;
};

}  // namespace optare
