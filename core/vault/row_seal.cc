#include "core/vault/row_seal.h"

#include "core/base/assert.h"
#include "core/base/encoding.h"
#include "core/ports/crypto.h"

namespace optare {
namespace {

constexpr std::size_t nonce_bytes = 12;

}  // namespace

RowSeal::RowSeal(Secret key_encryption_key, Random& random)
    : key_(std::move(key_encryption_key)), random_(random) {
  OPTARE_ASSERT(key_.reveal().size() == key_encryption_key_bytes);
}

std::string RowSeal::additional_data(std::string_view name) const {
  if (name == log_id_name) return std::string(name);
  return log_id_ + std::string(name);
}

std::string RowSeal::row(std::string_view name, const Secret& value) const {
  OPTARE_ASSERT(belongs() || name == log_id_name);
  const auto nonce = random_.bytes<nonce_bytes>();
  return std::string(text_of(nonce)) +
         seal(key_, text_of(nonce), value.reveal(), additional_data(name));
}

std::optional<Secret> RowSeal::open(std::string_view name, std::string_view row) const {
  if (row.size() <= nonce_bytes || (!belongs() && name != log_id_name)) return std::nullopt;
  auto value =
      unseal(key_, row.substr(0, nonce_bytes), row.substr(nonce_bytes), additional_data(name));
  if (!value) return std::nullopt;
  return Secret(*std::move(value));
}

}  // namespace optare
