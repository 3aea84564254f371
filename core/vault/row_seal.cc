#include "core/vault/row_seal.h"

#include "core/base/assert.h"
#include "core/base/encoding.h"
#include "core/ports/crypto.h"

namespace optare {
namespace {

constexpr std::size_t nonce_bytes = 12;

// No name has a zero byte.
std::string erased_name(std::string_view place) { return std::string(place) + '\0' + "erased"; }

// Those have to be read before it is known whose rows they are.
bool is_of_log_id(std::string_view name) { return name.substr(0, name.find('\0')) == log_id_name; }

}  // namespace

RowSeal::RowSeal(Secret key_encryption_key, Random& random)
    : key_(std::move(key_encryption_key)), random_(random) {
  OPTARE_ASSERT(key_.reveal().size() == key_encryption_key_bytes);
}

std::string RowSeal::additional_data(std::string_view name) const {
  if (is_of_log_id(name)) return std::string(name);
  return log_id_ + std::string(name);
}

std::string RowSeal::row(std::string_view name, const Secret& value) const {
  OPTARE_ASSERT(belongs() || is_of_log_id(name));
  const auto nonce = random_.bytes<nonce_bytes>();
  return std::string(text_of(nonce)) +
         seal(key_, text_of(nonce), value.reveal(), additional_data(name));
}

std::optional<Secret> RowSeal::open(std::string_view name, std::string_view row) const {
  if (row.size() <= nonce_bytes || (!belongs() && !is_of_log_id(name))) return std::nullopt;
  auto value =
      unseal(key_, row.substr(0, nonce_bytes), row.substr(nonce_bytes), additional_data(name));
  if (!value) return std::nullopt;
  return Secret(*std::move(value));
}

std::string RowSeal::erased_row(std::string_view place) const {
  return row(erased_name(place), Secret("erased"));
}

bool RowSeal::is_erased_row(std::string_view place, std::string_view row) const {
  return open(erased_name(place), row).has_value();
}

}  // namespace optare
