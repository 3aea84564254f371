#include "tests/support/resource_server.h"

#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>

#include <boost/json.hpp>
#include <memory>
#include <stdexcept>
#include <string>

#include "core/base/encoding.h"
#include "core/openssl/handle.h"

namespace optare {
namespace {

using openssl::FreeWith;
using ParameterBuilder = std::unique_ptr<OSSL_PARAM_BLD, FreeWith<OSSL_PARAM_BLD_free>>;
using Parameters = std::unique_ptr<OSSL_PARAM, FreeWith<OSSL_PARAM_free>>;
using Signature = std::unique_ptr<ECDSA_SIG, FreeWith<ECDSA_SIG_free>>;

void require(bool condition, const char* what) {
  if (!condition) throw std::runtime_error(what);
}

const unsigned char* bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
int length(std::string_view text) { return static_cast<int>(text.size()); }

std::string decoded(std::string_view text) {
  auto out = from_base64url(text);
  require(out.has_value(), "not base64url");
  return *std::move(out);
}
std::string member(const boost::json::object& object, std::string_view name) {
  return decoded(std::string_view(object.at(name).as_string()));
}

struct Parts {
  std::string_view input, header, payload, signature;
};
Parts split(std::string_view jwt) {
  const auto first = jwt.find('.');
  const auto last = jwt.rfind('.');
  require(first != jwt.npos && first != last, "not three parts");
  return {jwt.substr(0, last), jwt.substr(0, first), jwt.substr(first + 1, last - first - 1),
          jwt.substr(last + 1)};
}

openssl::Key key_from(const char* type, const ParameterBuilder& builder) {
  const Parameters parameters(OSSL_PARAM_BLD_to_param(builder.get()));
  const openssl::KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
  EVP_PKEY* key = nullptr;
  require(EVP_PKEY_fromdata_init(context.get()) == 1 &&
              EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, parameters.get()) == 1,
          "not a key");
  return openssl::Key(key);
}

// RFC 7518 section 6, RFC 8037 section 2.
openssl::Key public_key(const boost::json::object& jwk) {
  const ParameterBuilder builder(OSSL_PARAM_BLD_new());
  if (jwk.at("kty") == "EC") {
    require(jwk.at("crv") == "P-256", "another curve");
    const std::string point = '\x04' + member(jwk, "x") + member(jwk, "y");
    OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, "P-256", 0);
    OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                     point.size());
    return key_from("EC", builder);
  }
  if (jwk.at("kty") == "RSA") {
    const std::string n = member(jwk, "n"), e = member(jwk, "e");
    const openssl::BigNumber modulus(BN_bin2bn(bytes(n), length(n), nullptr));
    const openssl::BigNumber exponent(BN_bin2bn(bytes(e), length(e), nullptr));
    OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, modulus.get());
    OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, exponent.get());
    return key_from("RSA", builder);
  }
  require(jwk.at("kty") == "OKP" && jwk.at("crv") == "Ed25519", "an unknown kind of key");
  const std::string x = member(jwk, "x");
  return openssl::Key(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, bytes(x), x.size()));
}

std::string der_signature(std::string_view signature) {
  require(signature.size() == 64, "not r and s");
  const Signature pair(ECDSA_SIG_new());
  ECDSA_SIG_set0(pair.get(), BN_bin2bn(bytes(signature), 32, nullptr),
                 BN_bin2bn(bytes(signature.substr(32)), 32, nullptr));
  std::string der(static_cast<std::size_t>(i2d_ECDSA_SIG(pair.get(), nullptr)), '\0');
  auto* out = reinterpret_cast<unsigned char*>(der.data());
  i2d_ECDSA_SIG(pair.get(), &out);
  return der;
}

}  // namespace

SeenJwt take_apart(std::string_view jwt) {
  const Parts parts = split(jwt);
  return {boost::json::parse(decoded(parts.header)).as_object(),
          boost::json::parse(decoded(parts.payload)).as_object()};
}

bool verifies(std::string_view jwt, std::string_view key_set_json) {
  const Parts parts = split(jwt);
  const boost::json::value kid = take_apart(jwt).header.at("kid");
  const boost::json::value key_set =
      boost::json::parse(boost::json::string_view(key_set_json.data(), key_set_json.size()));
  for (const boost::json::value& jwk : key_set.at("keys").as_array()) {
    if (jwk.at("kid") != kid) continue;
    const openssl::Key key = public_key(jwk.as_object());
    const boost::json::value& alg = jwk.at("alg");
    std::string signature = decoded(parts.signature);
    if (alg == "ES256") signature = der_signature(signature);
    const EVP_MD* const digest = alg == "EdDSA" ? nullptr : EVP_sha256();
    const openssl::DigestContext context(EVP_MD_CTX_new());
    EVP_PKEY_CTX* options = nullptr;
    require(EVP_DigestVerifyInit(context.get(), &options, digest, nullptr, key.get()) == 1,
            "cannot verify");
    if (alg == "PS256") {
      EVP_PKEY_CTX_set_rsa_padding(options, RSA_PKCS1_PSS_PADDING);
      EVP_PKEY_CTX_set_rsa_pss_saltlen(options, RSA_PSS_SALTLEN_DIGEST);
    }
    return EVP_DigestVerify(context.get(), bytes(signature), signature.size(), bytes(parts.input),
                            parts.input.size()) == 1;
  }
  throw std::runtime_error("no such key");
}

}  // namespace optare
