// Makes signing keys away from the HTTP threads: an RSA key takes as long as a thousand requests,
// and the vault syncs.
#pragma once

#include <atomic>
#include <boost/asio/thread_pool.hpp>
#include <cstddef>

#include "commands/key/new_signing_key.h"
#include "core/base/task.h"
#include "core/ports/random.h"
#include "core/ports/signer.h"
#include "core/ports/vault.h"

namespace optare {

constexpr std::size_t keys_in_the_making_max = 4;  // ours; one more is refused

// Thread-safe. One thread, which is also the vault's only writer.
class KeyMaker {
 public:
  KeyMaker(const SigningKeys& keys, Vault& vault, Random& random)
      : keys_(keys), vault_(vault), random_(random) {}
  // What is being made is finished; who waits for what was not begun waits for ever.
  ~KeyMaker() { pool_.join(); }
  KeyMaker(const KeyMaker&) = delete;
  KeyMaker& operator=(const KeyMaker&) = delete;

  // A new key pair, its private part durable in the vault already (contracts.md H): only then may a
  // commit name it. Errors: overloaded. Throws VaultFault.
  [[nodiscard]] Task<Result<NewSigningKey>> make(SigningAlgorithm alg);
  // Of a key that no commit names, and none will. Throws VaultFault.
  Task<void> forget(KeyId id);

 private:
  const SigningKeys& keys_;
  Vault& vault_;
  Random& random_;
  std::atomic<std::size_t> making_ = 0;
  boost::asio::thread_pool pool_{1};
};

}  // namespace optare
