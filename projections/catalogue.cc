#include "projections/catalogue.h"

#include <array>

#include "projections/apis.h"
#include "projections/applications.h"
#include "projections/outcomes.h"
#include "projections/revocations.h"
#include "projections/signing_keys.h"
#include "projections/stream_ends.h"
#include "projections/system.h"

namespace optare {

std::span<const Projection* const> catalogue() {
  static const SystemRow system;
  static const SigningKeyRows signing_keys;
  static const Apis apis;
  static const Applications applications;
  static const Revocations revocations;
  static const StreamEnds stream_ends;
  static const Outcomes outcomes;  // Last: it copies rows that the others just made.
  static const std::array<const Projection*, 7> all{
      &system, &signing_keys, &apis, &applications, &revocations, &stream_ends, &outcomes};
  return all;
}

}  // namespace optare
