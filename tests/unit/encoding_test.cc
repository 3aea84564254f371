#include "core/base/encoding.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace optare {
namespace {

TEST(Base64url, DecodesOnlyTheCanonicalForm) {
  EXPECT_EQ(base64url(bytes_of("f")), "Zg");
  EXPECT_EQ(from_base64url("Zg"), "f");
  EXPECT_EQ(from_base64url("Zh"), std::nullopt);
  EXPECT_EQ(from_base64url("Zg=="), std::nullopt);
  EXPECT_EQ(from_base64url("Z"), std::nullopt);
}

RC_GTEST_PROP(Encoding, EveryFormReadsBackWhatItWrote, (const std::string& text)) {
  RC_ASSERT(from_base64url(base64url(bytes_of(text))) == text);
  RC_ASSERT(from_base64(base64(bytes_of(text))) == text);
  RC_ASSERT(from_hex(hex(bytes_of(text))) == text);
}

TEST(Base64, RefusesWhatIsNoDigitWhereverItStands) {
  for (const std::size_t bytes : {9U, 10U, 11U}) {
    const std::string text = base64url(bytes_of(std::string(bytes, '\x5a')));
    ASSERT_TRUE(from_base64url(text));
    for (std::size_t i = 0; i < text.size(); ++i) {
      for (const char wrong : {'+', '=', ' ', '\0', '\x80', '\xff'}) {
        std::string changed = text;
        changed[i] = wrong;
        EXPECT_FALSE(from_base64url(changed)) << bytes << " bytes, at " << i;
      }
    }
  }
}

TEST(Base64, RefusesBitsBeyondTheLastByte) {
  EXPECT_EQ(from_base64url("QQ"), "A");
  EXPECT_FALSE(from_base64url("QR"));
  EXPECT_EQ(from_base64url("QUE"), "AA");
  EXPECT_FALSE(from_base64url("QUF"));
  EXPECT_FALSE(from_base64url("Q"));
}

// Against a long division by 62 that another language did.
TEST(Base62, SaysEveryNumber) {
  const auto ascending = [](int first, int count) {
    std::string bytes;
    for (int i = 0; i < count; ++i) bytes.push_back(static_cast<char>(first + i));
    return bytes;
  };
  EXPECT_EQ(base62(bytes_of(ascending(0, 32))), "003aUlTJC7tjlCTQj2uNU3MFagCXG9LRKRcwGkBIDlf");
  EXPECT_EQ(base62(bytes_of(ascending(200, 21))), "1uIDMwixFsyz4c6PIkPKJtfQIm2mK");
  EXPECT_EQ(base62(bytes_of(ascending(1, 5))), "04iwreH");
  EXPECT_EQ(base62(bytes_of(std::string(16, '\xff'))), "7n42DGM5Tflk9n8mt7Fhc7");
}

TEST(Base62, HasOneWidthPerLength) {
  EXPECT_EQ(base62(bytes_of(std::string(16, '\0'))), std::string(22, '0'));
  EXPECT_EQ(base62(bytes_of(std::string(16, '\xff'))).size(), 22U);
  EXPECT_EQ(base62(bytes_of(std::string(32, '\xff'))).size(), 43U);
  EXPECT_EQ(base62(bytes_of(std::string(3, '\0') + '\x3e')), "000010");
}

}  // namespace
}  // namespace optare
