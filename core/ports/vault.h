// The port to the vault: named secrets, wrapped under a key-encryption key that is kept elsewhere.
#pragma once

#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/secret.h"

namespace optare {

class Vault {
 public:
  virtual ~Vault() = default;
  virtual std::optional<Secret> get(std::string_view name) const = 0;
  virtual std::vector<std::string> names(std::string_view prefix) const = 0;
  // Durable when it returns. Throws VaultFault.
  virtual void put(std::string_view name, const Secret& value) = 0;
  // Puts it unless the name has a secret already; false: another one was first, and counts. Of
  // several nodes that claim a name at once one wins.
  virtual bool claim(std::string_view name, const Secret& value) {
    if (get(name)) return false;
    put(name, value);
    return true;
  }
  virtual void erase(std::string_view name) = 0;
};

// The vault cannot be opened, read or written; the text says what to do.
struct VaultFault : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Names: "log-id" (16 bytes), "fleet-key/<id>" (32 bytes), "signing-key/<kid>" (PKCS#8 DER),
// "log-begun" (1 byte: a log with this id was written).

}  // namespace optare
