// The published keys as a JWK set (RFC 7517 section 5), made once for each set.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/ports/signer.h"
#include "core/signing_key/signing_key.h"

namespace optare {

// Thread-safe. Bounded by the set that is published now.
class KeySet {
 public:
  explicit KeySet(const SigningKeys& parser) : parser_(parser) {}

  // {"keys":[...]} of `published`, in that order. Errors: internal.
  [[nodiscard]] Result<std::shared_ptr<const std::string>> json(
      const std::vector<const SigningKey*>& published);

 private:
  const SigningKeys& parser_;
  std::mutex mutex_;
  std::string ids_;  // of the set that `json_` is
  std::shared_ptr<const std::string> json_;
};

}  // namespace optare
