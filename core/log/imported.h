// A commit of another log, carried over with its place in history: the payload of a frame of kind
// `imported` (schemas/imported.fbs). Layout only; what it counts for is admission's to say.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/log/commit.h"

namespace optare {

struct Imported {
  LogId log_id{};           // of the log that the frame was made for
  std::uint64_t ordinal{};  // the same here as there
  Timestamp log_time;       // at which it counted there
  std::string_view frame;   // as it is there, MAC and all; into the bytes that were read
  bool operator==(const Imported&) const = default;
};

// REQUIRES: a frame of a commit.
std::string encode_imported(const Imported& imported);
// Errors: malformed. Never crashes, whatever the bytes.
[[nodiscard]] Result<Imported> decode_imported(std::string_view payload);

// What an admitted record of ordinary make or an imported one says, in the words of the log that
// its commit was made for: that log's record is what chain, audit and further imports rest on.
// None: neither of the two kinds. No MAC is looked at.
struct OriginalRecord {
  std::optional<Imported> imported;  // none: it was made for the log that holds it
  std::string_view frame;            // the commit's own
  std::string_view commit;           // its payload
};
std::optional<OriginalRecord> original_record(std::string_view bytes);

}  // namespace optare
