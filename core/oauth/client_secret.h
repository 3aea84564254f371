// The secret of an application: made, digested and checked.
//
//   sk_ | 43 base62 (256 random bits) | 6 base62 (CRC-32 of everything before)
//
// The checksum lets secret scanners tell ours from noise; authentication does not look at it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/application/application.h"
#include "core/base/id.h"
#include "core/base/secret.h"
#include "core/base/time.h"
#include "core/ports/random.h"

namespace optare {

constexpr std::string_view client_secret_prefix = "sk_";
constexpr std::size_t client_secret_bytes = 52;
constexpr std::size_t client_secret_bytes_max = 128;  // of what is presented; ours

Secret generate_client_secret(Random& random);

// What is stored: SHA-256 of the whole text, 32 bytes. The secret is random, so that a slow hash
// would protect nothing (design D9).
std::string client_secret_digest(std::string_view presented);

// Prefix, length, alphabet and checksum are right: for scanners and set-up tools.
bool looks_like_client_secret(std::string_view text);

// Which of the application's secrets was presented, if any is it and has not ended by `now`. With
// no application (null) it does the same work, so that time does not tell which clients exist.
// Standing is not its question: core/oauth/liveness.h answers that.
std::optional<SecretId> matching_secret(std::string_view presented, const Application* application,
                                        Timestamp now);

}  // namespace optare
