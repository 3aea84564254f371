#include "core/signing_key/signing_key.h"

#include <gtest/gtest.h>

#include "core/base/row_codec.h"
#include "tests/support/facts.h"

namespace optare {
namespace {

using namespace facts;
using std::chrono::hours;

SigningKey key(const std::string& id, Duration activates_after, std::uint64_t ordinal,
               bool revoked = false) {
  SigningKey k;
  k.id = KeyId(id);
  k.activates_at = start + activates_after;
  k.ordinal = ordinal;
  if (revoked) k.revoked_at = start;
  return k;
}

std::string signing(const std::vector<SigningKey>& keys, Duration after) {
  const SigningKey* k = signing_key_at(keys, start + after);
  return k == nullptr ? "" : k->id.text();
}

std::vector<std::string> published(const std::vector<SigningKey>& keys, Duration after) {
  std::vector<std::string> ids;
  for (const SigningKey* k : published_keys_at(keys, start + after)) ids.push_back(k->id.text());
  return ids;
}

TEST(SigningKey, SignsFromLogTimeAndItsDelay) {
  const Fact fact = key_published("key_a", key_activation_delay);
  const auto evolved =
      evolve(SigningKey(), *narrow<SigningKeyEvent>(fact.event), {fact.stream, 5, 1, start});
  ASSERT_TRUE(evolved);
  EXPECT_EQ(evolved->id, KeyId("key_a"));
  EXPECT_EQ(evolved->activates_at, start + std::chrono::seconds(360));
  EXPECT_EQ(evolved->ordinal, 5U);
  EXPECT_EQ(decode_row<SigningKey>(encode_row(*evolved)), *evolved);

  const auto ended =
      evolve(*evolved, SigningKeyRevoked{.reason = ""}, {fact.stream, 6, 2, start + hours(1)});
  ASSERT_TRUE(ended);
  EXPECT_EQ(ended->revoked_at, start + hours(1));
  EXPECT_FALSE(evolve(*ended, SigningKeyRevoked{.reason = ""}, {fact.stream, 7, 3, start}));
  EXPECT_FALSE(evolve(*ended, *narrow<SigningKeyEvent>(fact.event), {fact.stream, 7, 3, start}));
  EXPECT_FALSE(evolve(SigningKey(), SigningKeyRevoked{.reason = ""}, {fact.stream, 7, 1, start}));
  EXPECT_FALSE(
      evolve(SigningKey(), *narrow<SigningKeyEvent>(fact.event), {"elsewhere/key_a", 7, 1, start}));
}

TEST(SigningKey, TheOneThatActivatedLastSigns) {
  const std::vector keys{key("a", hours(0), 1), key("b", hours(2), 2), key("c", hours(1), 3)};
  EXPECT_EQ(signing(keys, hours(0)), "a");
  EXPECT_EQ(signing(keys, hours(2) - Duration(1)), "c");
  EXPECT_EQ(signing(keys, hours(2)), "b");
  EXPECT_EQ(signing({}, hours(0)), "");
  EXPECT_EQ(signing({key("a", hours(0), 1), key("b", hours(0), 2)}, hours(0)), "b")
      << "the later published";
}

TEST(SigningKey, TheOneThatWillActivateFirstSignsWhenNoOtherIsLeft) {
  const std::vector keys{key("a", hours(0), 1, true), key("b", hours(3), 2), key("c", hours(2), 3)};
  EXPECT_EQ(signing(keys, hours(1)), "c");
  EXPECT_EQ(signing({key("a", hours(0), 1, true)}, hours(1)), "");
}

TEST(SigningKey, IsPublishedWhileItsTokensMayLive) {
  const std::vector keys{key("a", hours(0), 1), key("b", hours(2), 2)};
  EXPECT_EQ(published(keys, hours(0)), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(published(keys, hours(26) - Duration(1)), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(published(keys, hours(26)), (std::vector<std::string>{"b"}));
  EXPECT_EQ(published({key("a", hours(0), 1), key("b", hours(2), 2, true)}, hours(99)),
            (std::vector<std::string>{"a"}))
      << "a revoked key succeeds nobody";
}

TEST(SigningKey, AlgorithmsHaveTheirJwaNames) {
  for (const auto alg : {SigningAlgorithm::ES256, SigningAlgorithm::RS256, SigningAlgorithm::PS256,
                         SigningAlgorithm::EdDSA}) {
    EXPECT_EQ(parse_algorithm(algorithm_name(alg)), alg);
  }
  EXPECT_EQ(algorithm_name(SigningAlgorithm::EdDSA), "EdDSA");
  EXPECT_EQ(parse_algorithm("none"), std::nullopt);
  EXPECT_EQ(parse_algorithm("es256"), std::nullopt);
}

}  // namespace
}  // namespace optare
