// The judge of a fleet's issuance records finds each token that they leave out.
#include "tests/support/issued_tokens.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/encoding.h"

namespace optare {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::string record(const std::string& jti, const std::string& client) {
  return R"({"number":1,"jti":")" + jti + R"(","client_id":")" + client + "\"}\n";
}

TEST(IssuedTokens, WithTheirRecordsAreWell) {
  const std::vector<GotToken> got{{"srv_1", "t-1"}, {"srv_1", ""}, {"srv_2", "t-3"}};
  EXPECT_THAT(not_recorded(got, record("t-2", "srv_1") + record("t-1", "srv_1") +
                                    record("t-3", "srv_2") + record("t-4", "srv_3")),
              IsEmpty());
}

TEST(IssuedTokens, WithoutOneAreFound) {
  const std::vector<GotToken> got{{"srv_1", "t-1"}};
  EXPECT_THAT(not_recorded(got, record("t-2", "srv_1")),
              ElementsAre("token t-1 of srv_1 has no record"));
  EXPECT_THAT(not_recorded(got, record("t-1", "srv_2")),
              ElementsAre("token t-1 of srv_1 is recorded as one of srv_2",
                          "srv_1 got 1 tokens, and has 0 records"));
}

TEST(IssuedTokens, WithTwoAreFound) {
  const std::vector<GotToken> got{{"srv_1", "t-1"}};
  EXPECT_THAT(not_recorded(got, record("t-1", "srv_1") + record("t-1", "srv_1")),
              ElementsAre("token t-1 has two records"));
}

// Nobody was told the id of an opaque one.
TEST(IssuedTokens, AreCounted) {
  const std::vector<GotToken> got{{"srv_1", ""}, {"srv_1", ""}};
  EXPECT_THAT(not_recorded(got, record("t-1", "srv_1")),
              ElementsAre("srv_1 got 2 tokens, and has 1 records"));
}

TEST(IssuedTokens, TellTheirIdsAsJwts) {
  const std::string claims = base64url(bytes_of(std::string_view(R"({"jti":"t-1"})")));
  EXPECT_EQ(jti_of("header." + claims + ".signature"), "t-1");
  EXPECT_EQ(jti_of("opaque"), "");
}

}  // namespace
}  // namespace optare
