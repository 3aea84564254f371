// The application that a command is about.
#pragma once

#include <memory>
#include <vector>

#include "commands/decision.h"

namespace optare {

// Errors: not_found, when there is none or it was deleted.
[[nodiscard]] inline Result<void> require_living(
    const std::shared_ptr<const Application>& application) {
  if (application && application->exists()) return {};
  return reject(Code::not_found,
                "there is no such application: GET /api/v1/applications lists those there are");
}

inline Decision write(const Application& application, std::vector<Event> events) {
  return write(application_stream(application.id), application.version, std::move(events));
}

}  // namespace optare
