// When to say 503 early, so that what is answered is answered in time. Pure.
#pragma once

#include <cstddef>

#include "core/base/time.h"

namespace optare {

constexpr Duration lag_probe_interval{20};  // how often a thread measures the lag of its loop; ours

// One per thread. Lag above the limit raises the share of requests that is shed, lag below half of
// it lowers the share: a share, not all or nothing, or the thread would swing between idle and
// late.
class Shedder {
 public:
  Shedder(Duration queueing_delay_max, std::size_t requests_in_flight_max)
      : queueing_delay_max_(queueing_delay_max), requests_in_flight_max_(requests_in_flight_max) {}

  // How late the loop ran something that was due.
  void lag_measured(Duration lag);
  // Whether the next request is shed.
  bool sheds(std::size_t requests_in_flight);

 private:
  Duration queueing_delay_max_;
  std::size_t requests_in_flight_max_;
  double share_ = 0;  // of requests to shed
  double due_ = 0;    // carried from request to request: sheds evenly, without a random number
};

}  // namespace optare
