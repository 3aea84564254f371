#include "api/server/overload.h"

#include <algorithm>

namespace optare {
namespace {
// A late loop is probed seldom (each probe waits its turn) and an idle one often: hence the
// difference. Some requests always pass, to learn when it is over.
constexpr double share_max = 0.9;
constexpr double share_up = 0.25;
constexpr double share_down = 0.02;
}  // namespace

void Shedder::lag_measured(Duration lag) {
  if (lag > queueing_delay_max_) {
    share_ = std::min(share_max, share_ + share_up);
  } else if (lag < queueing_delay_max_ / 2) {
    share_ = std::max(0.0, share_ - share_down);
  }
}

bool Shedder::sheds(std::size_t requests_in_flight) {
  if (requests_in_flight >= requests_in_flight_max_) return true;
  due_ += share_;
  if (due_ < 1) return false;
  due_ -= 1;
  return true;
}

}  // namespace optare
