// The file with the key-encryption key: 32 bytes, for its owner only, kept outside the data folder.
#pragma once

#include <filesystem>

#include "core/base/secret.h"
#include "core/ports/random.h"
#include "core/vault/row_seal.h"

namespace optare {

// Throws VaultFault: absent, of another size, or readable by group or others. The text says what to
// do.
Secret load_key_encryption_key(const std::filesystem::path& path);

// The same, but makes one where none is: whole and durable, or not at all. Only for a data folder
// without a vault: a vault cannot be opened with another key than its own.
Secret load_or_create_key_encryption_key(const std::filesystem::path& path, Random& random);

}  // namespace optare
