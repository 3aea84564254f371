// Runs a command and finds the row that it left behind, for an answer that a repeat of the request
// can give again word by word.
#pragma once

#include <memory>
#include <string>

#include "api/admin/call.h"
#include "commands/handle.h"
#include "core/base/row_codec.h"

namespace optare {

template <class T>
struct WrittenRow {
  Committed committed;
  // With an Idempotency-Key the subject's row as the commit left it, also when replayed; without
  // one (nobody can ask again) a row at least as new.
  std::shared_ptr<const T> row;
};

// The stored row for `committed`, encoded; none: look at the current one.
std::optional<std::string> remembered_row(const AdminCall& call, const Committed& committed);

// Runs `command`; `current` reads the row of its subject. Errors: the command's.
template <class T, Command C>
Task<Result<WrittenRow<T>>> run_command(const AdminCall& call, C command,
                                        std::shared_ptr<const T> (*current)(const States&,
                                                                            const C&)) {
  WrittenRow<T> written;
  CO_TRY(written.committed, co_await handle(call.services.runner, command, call.origin));
  if (const auto bytes = remembered_row(call, written.committed)) {
    if (auto row = decode_row<T>(*bytes)) written.row = std::make_shared<const T>(*std::move(row));
  } else {
    written.row = current(call.services.states, command);
  }
  if (!written.row) {
    co_return reject(Code::quarantined,
                     "it was done, but its row cannot be read: see /readyz of this node");
  }
  co_return written;
}

// A command about the application `command.client`.
template <Command C>
Task<Result<WrittenRow<Application>>> change_application(const AdminCall& call, C command) {
  return run_command<Application>(
      call, std::move(command),
      +[](const States& states, const C& c) { return states.application(c.client); });
}

// A command about the API `command.api`.
template <Command C>
Task<Result<WrittenRow<Api>>> change_api(const AdminCall& call, C command) {
  return run_command<Api>(
      call, std::move(command),
      +[](const States& states, const C& c) { return states.api(c.api); });
}

// The moment that an answer speaks of: the commit's, or, when nothing had to be recorded, now.
inline Timestamp moment_of(const AdminCall& call, const Committed& committed) {
  return committed.events.empty() ? call.services.now() : committed.log_time;
}

}  // namespace optare
