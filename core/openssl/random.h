// Random bytes from OpenSSL's generator, a page at a time: asking for 16 bytes costs as much as
// asking for a thousand.
#pragma once

#include "core/ports/random.h"

namespace optare {

// Each thread slices its own buffer and wipes what it handed out; a forked child never repeats its
// parent's bytes. Throws std::runtime_error when the system has no entropy: nothing may go on then.
class SystemRandom final : public Random {
 public:
  void fill(std::span<std::uint8_t> out) override;
};

}  // namespace optare
