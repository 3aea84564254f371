// Somebody must be able to administer: the last who can may not be taken away (contracts.md O).
#pragma once

#include <memory>
#include <vector>

#include "commands/decision.h"

namespace optare {

// What stands beside one application as far as administering goes.
struct Administration {
  std::shared_ptr<const Api> api;  // Optare's own
  std::shared_ptr<const Application>
      other;  // another that can administer; only looked for beside one that can
};

// `application` may be null.
Administration administration_beside(const States& states,
                                     const std::shared_ptr<const Application>& application);

// What a decision relies on that ends `application`'s administering: nothing when it does not
// administer, else that the other one stands as it did - so two cannot go at once, each counting on
// the other. Errors: last_administrator.
[[nodiscard]] Result<std::vector<Guard>> guards_to_stop_administering(
    const Application& application, const Administration& administration);

}  // namespace optare
