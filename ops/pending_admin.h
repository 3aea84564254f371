// The first administrator's credentials on the way into their file, where several may begin a
// deployment at once and any of them may crash: what the file holds always opens something.
#pragma once

#include "core/ports/states.h"
#include "ops/first_start.h"

namespace optare {

// FILE.pending while nobody knows whether the genesis that they belong to was taken, then FILE.
class PendingAdmin {
 public:
  explicit PendingAdmin(std::filesystem::path file)
      : file_(std::move(file)), pending_(file_.string() + ".pending") {}

  // Before the genesis: those of an earlier attempt, whose genesis may still be taken, or new ones,
  // durable when this returns. Errors: conflict, when FILE is there. Throws FileFault.
  [[nodiscard]] Result<AdminCredentials> begin(const std::string& issuer, Random& random) const;
  // After a genesis was applied, whoever's it was: moves what opens an administrator to FILE and
  // removes what does not. True: FILE was written. Throws FileFault.
  bool end(const States& states, Timestamp now) const;

  const std::filesystem::path& file() const { return file_; }

 private:
  std::optional<AdminCredentials> pending() const;

  std::filesystem::path file_;
  std::filesystem::path pending_;
};

}  // namespace optare
