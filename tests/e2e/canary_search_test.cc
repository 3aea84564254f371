// The search for planted secrets finds one in every form and in every kind of place.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rocksdb/db.h>

#include <boost/json/serialize.hpp>
#include <fstream>

#include "core/base/encoding.h"
#include "core/rocksdb/log_database.h"
#include "tests/support/log_samples.h"
#include "tests/support/told_server.h"

namespace optare {
namespace {

namespace fs = std::filesystem;
using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::StartsWith;

// As the product makes them; of nobody.
constexpr const char* secret = "sk_3PyjeguI9nPSzFVetnwmKGEy11v9fcr9qcWnTebjyCJ3xanvf";
constexpr const char* jwt =
    "eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCJ9.eyJpc3MiOiJodHRwOi8vMTI3LjAuMC4xIn0."
    "qH3rTz0bWm8vKd2LxYc5NfJ7eGs1UaPQ4oRiE9hBtXwZ6kMnVyDgSjCl-uF_pIAO2r8TzqW5xHbL7mKdYv3NcA";
const std::string key("\x01\"\n\\\xff\x80 key of bytes \0 and more", 30);

std::string text_of_lines(const std::string& text, std::size_t width, const std::string& end) {
  std::string lines;
  for (std::size_t at = 0; at < text.size(); at += width) lines += text.substr(at, width) + end;
  return lines;
}

TEST(CanarySearch, FindsASecretInEveryForm) {
  Canaries canaries;
  canaries.plant_secret("secret", secret);
  canaries.plant_token("token", jwt);
  canaries.plant("key", key);
  const std::string signature = std::string(jwt).substr(std::string(jwt).rfind('.') + 1);
  std::string capitals = hex(bytes_of(secret));
  for (char& c : capitals) c = static_cast<char>(std::toupper(c));
  std::string percent;
  for (const std::uint8_t byte : bytes_of(secret)) percent += fmt::format("%{:02X}", byte);
  const auto base64_of = [](const std::string& text) { return base64(bytes_of(text)); };
  for (const std::string& text :
       {std::string(secret), "x" + std::string(secret) + "y", std::string(secret).substr(3, 43),
        hex(bytes_of(secret)), capitals, percent, base64_of(secret),
        base64_of("srv_1:" + std::string(secret)), base64_of("srv_12:" + std::string(secret) + "?"),
        base64url(bytes_of("srv_123:" + std::string(secret))),
        percent_encoded(base64_of(std::string(secret) + "\xff\xff"))})
    EXPECT_THAT(canaries.in("before " + text + " behind"), ElementsAre("secret")) << text;
  for (const std::string& text :
       {std::string(jwt), signature, base64_of(jwt), hex(bytes_of(*from_base64url(signature))),
        text_of_lines(jwt, 70, "\n  ")})
    EXPECT_THAT(canaries.in(text), Contains(StartsWith("token"))) << text;
  for (const std::string& text :
       {key, boost::json::serialize(boost::json::string(key)), base64_of(key), hex(bytes_of(key)),
        percent_encoded(key), text_of_lines(base64_of("head of DER" + key), 20, "\n"),
        boost::json::serialize(boost::json::string(text_of_lines(base64_of(key), 20, "\n")))})
    EXPECT_THAT(canaries.in(text), ElementsAre("key")) << text;
}

TEST(CanarySearch, FindsNothingWhereNothingIs) {
  Canaries canaries;
  canaries.plant_secret("secret", secret);
  canaries.plant_token("token", jwt);
  const std::string token = jwt;
  for (const std::string& text :
       {std::string(), std::string("sk_"), token.substr(0, token.rfind('.')),
        std::string(secret).substr(0, 40), token.substr(0, token.rfind('.') + 40)})
    EXPECT_THAT(canaries.in(text), IsEmpty()) << text;
  EXPECT_THROW(canaries.plant("short", "sk_short"), std::runtime_error);
}

// A server with a little history, and copies of its folder to put a secret into.
class Planted : public testing::Test {
 protected:
  Planted() {
    told.canaries.plant_secret("secret", secret);
    told.ask({.target = "/oauth2/jwks"});
    told.run_optare({"applications", "list"});
    EXPECT_EQ(told.server.stop(), 0);
    fs::copy(told.server.data(), copy(), fs::copy_options::recursive);
  }
  fs::path copy() const { return told.server.folder() / "copy"; }
  std::vector<std::string> leaks_of_copy() const {
    auto places = places_of_folder(copy(), {"admin.json"});
    for (Place& commit : places_of_log(copy() / "log")) places.push_back(std::move(commit));
    return told.canaries.leaks(places);
  }

  ToldServer told;
};

TEST_F(Planted, InALogLineIsFound) {
  EXPECT_THAT(told.canaries.leaks(told.places()), IsEmpty());
  auto places = told.places();
  ASSERT_EQ(places.back().name, "the log lines");
  places.back().text += fmt::format(R"({{"event":"request","detail":"{}"}})", secret);
  EXPECT_THAT(told.canaries.leaks(places), ElementsAre("the log lines holds secret"));
}

TEST_F(Planted, InAnAnswerIsFoundUnlessItBelongsThere) {
  auto places = told.places();
  ASSERT_EQ(places.front().name, "the answer to GET /oauth2/jwks");
  places.front().text += secret;
  EXPECT_THAT(told.canaries.leaks(places),
              ElementsAre("the answer to GET /oauth2/jwks holds secret"));
  places.front().may_hold = {"secret"};
  EXPECT_THAT(told.canaries.leaks(places), IsEmpty());
}

TEST_F(Planted, InWhatTheServerAnswersIsFound) {
  // It is not the server's: he who has it shows it himself, in a header that is repeated to him.
  told.server.start();
  told.ask({.target = "/oauth2/jwks", .headers = "X-Request-Id: " + std::string(secret).substr(3)});
  EXPECT_THAT(told.canaries.leaks(told.places()),
              ElementsAre("the answer to GET /oauth2/jwks holds secret"));
}

TEST_F(Planted, InAFileOfTheFolderIsFound) {
  EXPECT_THAT(leaks_of_copy(), IsEmpty());
  std::ofstream(copy() / "core.dump") << "text" << std::string(1000, '\0') << secret;
  EXPECT_THAT(leaks_of_copy(), ElementsAre("the file core.dump holds secret"));
  fs::remove(copy() / "core.dump");
  std::ofstream(copy() / "view" / "MANIFEST-000001", std::ios::app) << hex(bytes_of(secret));
  EXPECT_THAT(leaks_of_copy(), ElementsAre("the file view/MANIFEST-000001 holds secret"));
}

// Compressed, so that its bytes are in no file.
TEST_F(Planted, InARowIsFoundThoughItIsCompressed) {
  rocksdb::Options options;
  options.compression = rocksdb::kLZ4Compression;
  rocksdb::DB* opened = nullptr;
  ASSERT_TRUE(rocksdb::DB::Open(options, copy() / "view", &opened).ok());
  std::unique_ptr<rocksdb::DB> database(opened);
  std::string pieces;
  for (std::size_t at = 0; at < 52; at += 8) pieces += std::string(secret).substr(at, 8) + "~";
  rocksdb::WriteOptions unlogged;
  unlogged.disableWAL = true;
  ASSERT_TRUE(database->Put(unlogged, "pieces", pieces + secret).ok());
  ASSERT_TRUE(database->Flush({}).ok());
  database.reset();
  EXPECT_THAT(leaks_of_copy(), ElementsAre("the rows of view holds secret"));
}

TEST_F(Planted, InACommitIsFound) {
  Commit commit = samples::commit();
  commit.request_id = secret;
  const std::string frame = samples::frame_of(commit, samples::fleet_mac());
  {
    const RocksResources resources;
    LogDatabase database(resources, copy() / "log", OpenMode::write);
    const LogDatabase::Row row{.partition = Partition::control,
                               .offset = database.ends()[Partition::control].offset,
                               .time = samples::noon,
                               .bytes = frame};
    ASSERT_TRUE(database.write(std::span(&row, 1)));
  }
  EXPECT_THAT(leaks_of_copy(), Contains(StartsWith("the commit 1 of control holds secret")));
}

}  // namespace
}  // namespace optare
