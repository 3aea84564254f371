// Digests and sealing against published vectors.
#include <gtest/gtest.h>

#include <thread>

#include "core/base/encoding.h"
#include "core/ports/crypto.h"

namespace optare {
namespace {

std::string unhex(std::string_view text) { return *from_hex(text); }

// FIPS 180-4, examples published with it.
TEST(Sha256, AgreesWithTheStandardsExamples) {
  EXPECT_EQ(hex(sha256("")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(hex(sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(hex(bytes_of(sha256_text("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"))),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

TEST(Sha256, IsTheSameOnEveryThread) {
  std::array<std::uint8_t, 32> other{};
  std::thread([&] { other = sha256("abc"); }).join();
  EXPECT_EQ(other, sha256("abc"));
}

// RFC 4231 sections 4.2, 4.3, 4.4, 4.7.
TEST(Hmac, AgreesWithRfc4231) {
  EXPECT_EQ(hex(hmac_sha256(Secret(std::string(20, '\x0b')), "Hi There")),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  EXPECT_EQ(hex(hmac_sha256(Secret("Jefe"), "what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(hex(hmac_sha256(Secret(std::string(20, '\xaa')), std::string(50, '\xdd'))),
            "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe");
  EXPECT_EQ(hex(hmac_sha256(Secret(std::string(131, '\xaa')),
                            "Test Using Larger Than Block-Size Key - Hash Key First")),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST(Hmac, RemembersNoKeyButItsLast) {
  const Secret one("one"), two("two");
  const auto first = hmac_sha256(one, "text");
  EXPECT_EQ(hmac_sha256(one, "text"), first);
  EXPECT_NE(hmac_sha256(two, "text"), first);
  EXPECT_NE(hmac_sha256(Secret(), "text"), first);
  EXPECT_EQ(hmac_sha256(one, "text"), first);
}

// RFC 5869 appendix A.1 and A.3: the first 32 bytes of their output.
TEST(Hkdf, AgreesWithRfc5869) {
  const Secret key(std::string(22, '\x0b'));
  EXPECT_EQ(hex(bytes_of(
                hkdf_sha256(key, unhex("000102030405060708090a0b0c"), unhex("f0f1f2f3f4f5f6f7f8f9"))
                    .reveal())),
            "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf");
  EXPECT_EQ(hex(bytes_of(hkdf_sha256(key, "", "").reveal())),
            "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d");
}

// Test case 16 of "The Galois/Counter Mode of Operation (GCM)", McGrew and Viega.
TEST(Seal, AgreesWithThePublishedVector) {
  const Secret key(unhex("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308"));
  const std::string nonce = unhex("cafebabefacedbaddecaf888");
  const std::string aad = unhex("feedfacedeadbeeffeedfacedeadbeefabaddad2");
  const std::string plaintext = unhex(
      "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6"
      "b525b16aedf5aa0d"
      "e657ba637b39");
  const std::string sealed = seal(key, nonce, plaintext, aad);
  EXPECT_EQ(hex(bytes_of(sealed)),
            "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b"
            "1056828838c5f61e6393ba"
            "7a0abcc9f66276fc6ece0f4e1768cddf8853bb2d551b");
  EXPECT_EQ(unseal(key, nonce, sealed, aad), plaintext);
}

TEST(Seal, KeepsTheKeysOfOneThreadApart) {
  const std::string nonce(12, 'n');
  const Secret first(std::string(32, 'k')), second(std::string(32, 'l'));
  const std::string of_first = seal(first, nonce, "text", ""),
                    of_second = seal(second, nonce, "text", "");
  EXPECT_NE(of_first, of_second);
  EXPECT_EQ(seal(first, nonce, "text", ""), of_first);
  for (int turn = 0; turn < 2; ++turn) {
    EXPECT_EQ(unseal(first, nonce, of_first, ""), "text");
    EXPECT_FALSE(unseal(first, nonce, of_second, ""));
    EXPECT_EQ(unseal(second, nonce, of_second, ""), "text");
    EXPECT_FALSE(unseal(second, nonce, of_first, ""));
  }
}

TEST(Unseal, RefusesAnyChange) {
  const Secret key(std::string(32, 'k'));
  const std::string nonce(12, 'n'), sealed = seal(key, nonce, "text", "aad");
  EXPECT_EQ(unseal(key, nonce, sealed, "aad"), "text");
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    std::string changed = sealed;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    EXPECT_FALSE(unseal(key, nonce, changed, "aad")) << i;
    EXPECT_FALSE(unseal(key, nonce, sealed.substr(0, i), "aad")) << i;
  }
  EXPECT_FALSE(unseal(key, nonce, sealed + 'x', "aad"));
  EXPECT_FALSE(unseal(key, nonce, sealed, "other"));
  EXPECT_FALSE(unseal(key, std::string(12, 'm'), sealed, "aad"));
  EXPECT_FALSE(unseal(Secret(std::string(32, 'l')), nonce, sealed, "aad"));
}

TEST(Seal, TakesNothingAtAll) {
  const Secret key(std::string(32, 'k'));
  const std::string nonce(12, 'n'), sealed = seal(key, nonce, "", "");
  EXPECT_EQ(sealed.size(), 16U);
  EXPECT_EQ(unseal(key, nonce, sealed, ""), "");
}

}  // namespace
}  // namespace optare
