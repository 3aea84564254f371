#include "core/base/encoding.h"
#include "core/log/admission.h"
#include "core/ports/crypto.h"

namespace optare {

Hash record_digest(const LogRecord& record) {
  std::string identity;
  identity.reserve(sizeof(std::uint64_t) + record.bytes.size());
  append_u64(identity, static_cast<std::uint64_t>(milliseconds_of(record.time)));
  identity += record.bytes;
  return sha256(identity);
}

Hash chain_hash(const Hash& previous, std::uint64_t ordinal, Timestamp log_time,
                std::string_view record) {
  std::string link(text_of(previous));
  append_u64(link, ordinal);
  append_u64(link, static_cast<std::uint64_t>(milliseconds_of(log_time)));
  link += text_of(sha256(record));
  return sha256(link);
}

}  // namespace optare
