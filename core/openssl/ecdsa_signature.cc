#include "core/openssl/ecdsa_signature.h"

#include <openssl/ecdsa.h>

#include "core/base/encoding.h"
#include "core/openssl/handle.h"

namespace optare::openssl {
namespace {
using Signature = std::unique_ptr<ECDSA_SIG, FreeWith<ECDSA_SIG_free>>;
}

std::string jws_of_der(std::string_view der) {
  const std::uint8_t* begin = bytes_of(der).data();
  const Signature signature(d2i_ECDSA_SIG(nullptr, &begin, static_cast<long>(der.size())));
  OPTARE_ASSERT(signature);
  std::string out(es256_signature_bytes, '\0');
  auto* const bytes = reinterpret_cast<std::uint8_t*>(out.data());
  constexpr int width = p256_integer_bytes;
  OPTARE_ASSERT(BN_bn2binpad(ECDSA_SIG_get0_r(signature.get()), bytes, width) == width);
  OPTARE_ASSERT(BN_bn2binpad(ECDSA_SIG_get0_s(signature.get()), bytes + width, width) == width);
  return out;
}

std::optional<std::string> der_of_jws(std::string_view jws) {
  if (jws.size() != es256_signature_bytes) return std::nullopt;
  constexpr int width = p256_integer_bytes;
  const std::uint8_t* const bytes = bytes_of(jws).data();
  BigNumber r(BN_bin2bn(bytes, width, nullptr)), s(BN_bin2bn(bytes + width, width, nullptr));
  const Signature signature(ECDSA_SIG_new());
  OPTARE_ASSERT(r && s && signature);
  OPTARE_ASSERT(ECDSA_SIG_set0(signature.get(), r.get(), s.get()) == 1);
  static_cast<void>(r.release()), static_cast<void>(s.release());  // The signature owns them now.
  std::string out(static_cast<std::size_t>(i2d_ECDSA_SIG(signature.get(), nullptr)), '\0');
  auto* end = reinterpret_cast<std::uint8_t*>(out.data());
  OPTARE_ASSERT(i2d_ECDSA_SIG(signature.get(), &end) == static_cast<int>(out.size()));
  return out;
}

}  // namespace optare::openssl
