// Signing keys: every algorithm both ways, published examples, and what is refused.
#include "core/openssl/signing_keys.h"

#include <gtest/gtest.h>
#include <openssl/x509.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include "core/base/encoding.h"
#include "core/openssl/ecdsa_signature.h"
#include "core/openssl/handle.h"
#include "core/ports/crypto.h"

namespace optare {
namespace {

const OpensslSigningKeys keys;

std::string unhex(std::string_view text) { return *from_hex(text); }

class EveryAlgorithm : public testing::TestWithParam<SigningAlgorithm> {};
INSTANTIATE_TEST_SUITE_P(SigningKeys, EveryAlgorithm,
                         testing::Values(SigningAlgorithm::ES256, SigningAlgorithm::RS256,
                                         SigningAlgorithm::PS256, SigningAlgorithm::EdDSA),
                         [](const auto& info) {
                           return std::string(schema::EnumNameSigningAlgorithm(info.param));
                         });

TEST_P(EveryAlgorithm, VerifiesWhatItSignedAndNothingElse) {
  const NewKeyPair pair = keys.generate(GetParam());
  const auto signer = *keys.signer(GetParam(), pair.private_key);
  const auto verifier = *keys.verifier(GetParam(), pair.public_key);
  const std::string signature = signer->sign("text");
  EXPECT_TRUE(verifier->verify("text", signature));
  EXPECT_TRUE(verifier->verify("more", signer->sign("more")));  // A context used again.
  EXPECT_FALSE(verifier->verify("texu", signature));
  EXPECT_FALSE(verifier->verify("text", ""));
  EXPECT_FALSE(verifier->verify("text", signature + '\0'));
  EXPECT_FALSE(verifier->verify("text", signature.substr(1)));
  EXPECT_FALSE(verifier->verify("text", std::string(signature.size(), '\0')));
  for (std::size_t i = 0; i < signature.size(); i += 7) {
    std::string changed = signature;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    EXPECT_FALSE(verifier->verify("text", changed)) << i;
  }
  EXPECT_TRUE(verifier->verify("text", signature)) << "after failures";
  EXPECT_FALSE((*keys.verifier(GetParam(), keys.generate(GetParam()).public_key))
                   ->verify("text", signature));
}

TEST_P(EveryAlgorithm, ServesManyThreadsAtOnce) {
  const NewKeyPair pair = keys.generate(GetParam());
  const auto signer = *keys.signer(GetParam(), pair.private_key);
  const auto verifier = *keys.verifier(GetParam(), pair.public_key);
  std::vector<std::jthread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&, t] {
      for (int i = 0; i < 20; ++i) {
        const std::string input = std::to_string(t * 1000 + i);
        EXPECT_TRUE(verifier->verify(input, signer->sign(input)));
      }
    });
}

TEST_P(EveryAlgorithm, RefusesKeysOfAnotherKind) {
  for (const auto other :
       {SigningAlgorithm::ES256, SigningAlgorithm::RS256, SigningAlgorithm::EdDSA}) {
    const bool rsa_both = other == SigningAlgorithm::RS256 && GetParam() == SigningAlgorithm::PS256;
    if (other == GetParam() || rsa_both) continue;
    const NewKeyPair pair = keys.generate(other);
    EXPECT_EQ(keys.signer(GetParam(), pair.private_key).error().code, Code::internal);
    EXPECT_EQ(keys.verifier(GetParam(), pair.public_key).error().code, Code::internal);
  }
}

TEST_P(EveryAlgorithm, RefusesBytesThatAreNoKey) {
  const NewKeyPair pair = keys.generate(GetParam());
  for (const std::string& bytes :
       {std::string(), std::string("no key"), std::string(pair.private_key.reveal()) + 'x'})
    EXPECT_FALSE(keys.signer(GetParam(), Secret(bytes)).has_value());
  for (const std::string& bytes : {std::string(), std::string("no key"), pair.public_key + 'x'}) {
    EXPECT_FALSE(keys.verifier(GetParam(), bytes).has_value());
    EXPECT_FALSE(keys.jwk(GetParam(), "key_1", bytes).has_value());
  }
}

TEST_P(EveryAlgorithm, PublishesAJwkWithoutAPrivatePart) {
  const NewKeyPair pair = keys.generate(GetParam());
  const auto jwk = boost::json::parse(*keys.jwk(GetParam(), "key_1", pair.public_key)).as_object();
  EXPECT_EQ(jwk.at("kid"), "key_1");
  EXPECT_EQ(jwk.at("use"), "sig");
  EXPECT_EQ(jwk.at("alg"), schema::EnumNameSigningAlgorithm(GetParam()));
  for (const char* member : {"d", "p", "q", "dp", "dq", "qi", "k"})
    EXPECT_FALSE(jwk.contains(member)) << member;
  EXPECT_FALSE(keys.jwk(GetParam(), "a\"b", pair.public_key).has_value());
}

// SubjectPublicKeyInfo of an RSA key with a modulus of so many bits, of which nobody knows factors.
std::string rsa_public_key(std::size_t bits) {
  const auto length_of = [](std::size_t length) {  // DER, X.690 section 8.1.3
    std::string out;
    if (length > 0xff) out = {static_cast<char>(length >> 8U)};
    out += static_cast<char>(length);
    return length < 0x80 ? out : static_cast<char>(0x80 + out.size()) + out;
  };
  const auto item = [&](char tag, const std::string& content) {
    return tag + length_of(content.size()) + content;
  };
  std::string modulus((bits + 7) / 8, '\x01');
  modulus[0] = static_cast<char>(1U << ((bits - 1) % 8));
  if (bits % 8 == 0) modulus.insert(0, 1, '\0');  // not negative
  const std::string key =
      item('\x30', item('\x02', modulus) + item('\x02', std::string("\x01\x00\x01", 3)));
  const std::string algorithm = unhex("300d06092a864886f70d0101010500");  // rsaEncryption
  return item('\x30', algorithm + item('\x03', '\0' + key));
}

TEST(Rsa, KeysHave2048To4096Bits) {
  for (const auto alg : {SigningAlgorithm::RS256, SigningAlgorithm::PS256}) {
    for (const std::size_t bits : {2048U, 3072U, 4096U})
      EXPECT_TRUE(keys.verifier(alg, rsa_public_key(bits)).has_value()) << bits;
    for (const std::size_t bits : {1024U, 2047U, 4097U, 8192U})
      EXPECT_FALSE(keys.verifier(alg, rsa_public_key(bits)).has_value()) << bits;
  }
}

// RFC 7515 appendix A.3.
TEST(Es256, AgreesWithRfc7515) {
  const std::string public_key = unhex("3059301306072a8648ce3d020106082a8648ce3d03010703420004") +
                                 *from_base64url("f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU") +
                                 *from_base64url("x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0");
  const std::string_view input =
      "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFt"
      "cGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
  const std::string signature = *from_base64url(
      "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q");
  const auto verifier = *keys.verifier(SigningAlgorithm::ES256, public_key);
  EXPECT_TRUE(verifier->verify(input, signature));
  const auto jwk =
      boost::json::parse(*keys.jwk(SigningAlgorithm::ES256, "k", public_key)).as_object();
  EXPECT_EQ(jwk.at("x"), "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU");
  EXPECT_EQ(jwk.at("y"), "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0");
}

TEST(Es256, RefusesZeroAndOversizedIntegers) {
  const NewKeyPair pair = keys.generate(SigningAlgorithm::ES256);
  const auto verifier = *keys.verifier(SigningAlgorithm::ES256, pair.public_key);
  const std::string order =
      unhex("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551");
  EXPECT_FALSE(
      verifier->verify("text", std::string(64, '\0')));  // Psychic signatures, CVE-2022-21449.
  EXPECT_FALSE(verifier->verify("text", order + order));
  EXPECT_FALSE(verifier->verify("text", std::string(64, '\xff')));
}

TEST(Es256, RefusesTheDerFormOfARightSignature) {
  const NewKeyPair pair = keys.generate(SigningAlgorithm::ES256);
  const std::string signature =
      (*keys.signer(SigningAlgorithm::ES256, pair.private_key))->sign("text");
  const std::string der = *openssl::der_of_jws(signature);
  EXPECT_EQ(openssl::jws_of_der(der), signature);
  EXPECT_FALSE((*keys.verifier(SigningAlgorithm::ES256, pair.public_key))->verify("text", der));
}

TEST(Es256, KeepsIntegersWithLeadingZerosAtFullWidth) {
  std::string signature(64, '\0');
  signature[31] = 1, signature[63] = 2;
  EXPECT_EQ(openssl::jws_of_der(*openssl::der_of_jws(signature)), signature);
}

// RFC 8037 appendix A.1 to A.5.
TEST(EdDsa, AgreesWithRfc8037) {
  const Secret private_key(unhex("302e020100300506032b657004220420") +
                           *from_base64url("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"));
  const std::string x = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
  const std::string public_key = unhex("302a300506032b6570032100") + *from_base64url(x);
  const std::string_view input = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc";
  const std::string signature = (*keys.signer(SigningAlgorithm::EdDSA, private_key))->sign(input);
  EXPECT_EQ(
      base64url(bytes_of(signature)),
      "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg");
  EXPECT_TRUE((*keys.verifier(SigningAlgorithm::EdDSA, public_key))->verify(input, signature));
  const auto jwk =
      boost::json::parse(*keys.jwk(SigningAlgorithm::EdDSA, "k", public_key)).as_object();
  EXPECT_EQ(jwk.at("x").as_string(), x);
  // Its thumbprint, RFC 7638.
  EXPECT_EQ(base64url(sha256(R"({"crv":"Ed25519","kty":"OKP","x":")" + x + R"("})")),
            "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
}

// The command line tool shares the library, and none of our code around it.
TEST(SigningKeys, MakeSignaturesThatTheOpensslToolAccepts) {
  const auto folder =
      std::filesystem::temp_directory_path() / ("optare-signing-" + std::to_string(getpid()));
  std::filesystem::create_directory(folder);
  const auto write = [&](const char* name, std::string_view bytes) {
    std::ofstream(folder / name, std::ios::binary) << bytes;
  };
  write("input", "text");
  for (const auto alg :
       {SigningAlgorithm::ES256, SigningAlgorithm::RS256, SigningAlgorithm::PS256}) {
    const NewKeyPair pair = keys.generate(alg);
    const std::string signature = (*keys.signer(alg, pair.private_key))->sign("text");
    write("key", pair.public_key);
    write("signature",
          alg == SigningAlgorithm::ES256 ? *openssl::der_of_jws(signature) : signature);
    const std::string options = alg == SigningAlgorithm::PS256
                                    ? " -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:32"
                                    : "";
    const std::string command = "cd '" + folder.string() +
                                "' && openssl dgst -sha256 -keyform DER -verify key" + options +
                                " -signature signature input >/dev/null 2>&1";
    EXPECT_EQ(std::system(command.c_str()), 0) << schema::EnumNameSigningAlgorithm(alg);
  }
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace optare
