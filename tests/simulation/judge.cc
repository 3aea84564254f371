#include "tests/simulation/judge.h"

namespace optare::simulation {

std::string_view rule_name(Rule rule) {
  switch (rule) {
    case Rule::authentic:
      return "authentic";
    case Rule::deadline:
      return "deadline";
    case Rule::view:
      return "view";
    case Rule::guards:
      return "guards";
    case Rule::dense_versions:
      return "dense_versions";
    case Rule::moves:
      return "moves";
    case Rule::dense_ordinals:
      return "dense_ordinals";
    case Rule::one_effect:
      return "one_effect";
    case Rule::fold:
      return "fold";
    case Rule::rows:
      return "rows";
    case Rule::equal_rows:
      return "equal_rows";
    case Rule::quarantine:
      return "quarantine";
    case Rule::other_history:
      return "other_history";
    case Rule::follows:
      return "follows";
    case Rule::fresh:
      return "fresh";
    case Rule::clock:
      return "clock";
    case Rule::tokens:
      return "tokens";
    case Rule::doubt:
      return "doubt";
    case Rule::secrets:
      return "secrets";
    case Rule::expirations:
      return "expirations";
    case Rule::answers:
      return "answers";
    case Rule::ends:
      return "ends";
    case Rule::absence:
      return "absence";
    case Rule::voids:
      return "voids";
    case Rule::issued_order:
      return "issued_order";
    case Rule::issued_told:
      return "issued_told";
    case Rule::issued_whole:
      return "issued_whole";
    case Rule::identifiers:
      return "identifiers";
    case Rule::administrators:
      return "administrators";
    case Rule::actors:
      return "actors";
    case Rule::grants:
      return "grants";
    case Rule::recovers:
      return "recovers";
  }
  return "?";
}

}  // namespace optare::simulation
