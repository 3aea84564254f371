// The log against the view, the past, and the record of every token, as an operator looks at them.
#include <gtest/gtest.h>

#include <set>
#include <thread>

#include "core/base/encoding.h"
#include "core/rocksdb/log_database.h"
#include "core/rocksdb/rocksdb_store.h"
#include "tests/support/server_process.h"

namespace optare {
namespace {

// A folder with a history: an API, an application that was renamed, rotated and deleted, one that
// lives, tokens of both, one of them revoked.
class History : public testing::Test {
 protected:
  History() {
    server.start();
    server.create_api("https://api.example.com");
    server.create_api("https://opaque.example.com", "opaque");
    app = server.create_application("Cron", "https://api.example.com");
    const std::string path = "/applications/" + app.client_id;
    expect(server.admin_call("PATCH", path, R"({"name":"Renamed"})"), 200);
    renamed_at = json_member(last.body, "version");
    position_renamed = header("Optare-Position");
    for (int i = 0; i < 3; ++i) tokens.push_back(server.token(app, ""));
    expect(server.admin_call("POST", path + "/rotate-secret", "{}"), 200);
    expect(server.post_form("/oauth2/revoke", app, {{"token", tokens[0]}}), 200);
    other = server.create_application("Other", "https://opaque.example.com");
    tokens.push_back(server.token(other, ""));
    expect(server.admin_call("DELETE", path), 200);
    position_deleted = header("Optare-Position");
  }
  void expect(HttpResponse answer, int status) {
    EXPECT_EQ(answer.status, status) << answer.body;
    last = std::move(answer);
  }
  std::string header(const std::string& name) const { return std::string(last.header(name)); }
  Ended optare(std::vector<std::string> arguments) const {
    arguments.insert(arguments.end(), {"--data", server.data()});
    return run(optare_program(std::move(arguments)));
  }
  void change_view(const std::function<void(Store&)>& change) {
    RocksStore store(resources, server.data() / "view");
    change(store);
    store.sync();
  }

  RocksResources resources;
  ServerProcess server;
  AppSecret app;
  AppSecret other;
  std::vector<std::string> tokens;
  HttpResponse last;
  std::string renamed_at;
  std::string position_renamed;
  std::string position_deleted;
};

TEST_F(History, IsVerifiedBesideTheRunningServerAndAfterIt) {
  const Ended beside = optare({"replay", "--verify"});
  EXPECT_EQ(beside.code, 0) << beside.out << beside.err;
  EXPECT_NE(beside.out.find("all the same"), std::string::npos) << beside.out;
  EXPECT_EQ(server.stop(), 0);
  const Ended after = optare({"replay", "--verify", "--json"});
  EXPECT_EQ(after.code, 0) << after.out << after.err;
  EXPECT_EQ(json_member(after.out, "different"), "0");
  EXPECT_EQ(json_member(after.out, "position"), position_deleted);
  EXPECT_GT(std::stoi(json_member(after.out, "rows")), 20) << after.out;
}

TEST_F(History, ShowsARowThatWasChangedBehindItsBack) {
  EXPECT_EQ(server.stop(), 0);
  change_view([&](Store& store) {
    std::string row = store.get(Table::application, other.client_id).value();
    const auto name = row.find("Other");
    ASSERT_NE(name, std::string::npos);
    row.replace(name, 5, "Evil!");
    StoreBatch batch;
    batch.put(Table::application, other.client_id, row);
    store.write(batch);
  });
  const Ended verified = optare({"replay", "--verify"});
  EXPECT_EQ(verified.code, 1) << verified.out;
  EXPECT_NE(verified.out.find(other.client_id + ": not the same"), std::string::npos)
      << verified.out;
  EXPECT_NE(verified.out.find("projections rebuild"), std::string::npos) << "what mends it";
  const Ended rebuilt = optare({"projections", "rebuild"});
  EXPECT_EQ(rebuilt.code, 0) << rebuilt.err;
  EXPECT_EQ(optare({"replay", "--verify"}).code, 0);
  server.start();
  EXPECT_EQ(json_member(server.admin_call("GET", "/applications/" + other.client_id).body, "name"),
            "Other");
}

TEST_F(History, ShowsRowsThatWereAddedAndRemovedBehindItsBack) {
  EXPECT_EQ(server.stop(), 0);
  change_view([&](Store& store) {
    StoreBatch batch;
    batch.put(Table::application, "srv_planted",
              store.get(Table::application, other.client_id).value());
    batch.erase(Table::application, app.client_id);
    batch.put(Table::outcome, "planted", "x");
    store.write(batch);
  });
  const Ended verified = optare({"replay", "--verify", "--json"});
  EXPECT_EQ(verified.code, 1);
  EXPECT_EQ(json_member(verified.out, "different"), "3") << verified.out;
  for (const std::string& expected :
       {"srv_planted\",\"what\":\"only in the view", "\"what\":\"only in the replay"})
    EXPECT_NE(verified.out.find(expected), std::string::npos) << verified.out;
  // One projection is mended by itself, the other stays as it is.
  EXPECT_EQ(optare({"projections", "rebuild", "applications"}).code, 0);
  EXPECT_EQ(json_member(optare({"replay", "--verify", "--json"}).out, "different"), "1");
  EXPECT_EQ(optare({"projections", "rebuild"}).code, 0);
  EXPECT_EQ(optare({"replay", "--verify"}).code, 0);
}

TEST_F(History, IsSeenAsItWasAtAPosition) {
  const auto shown = [&](const std::string& until) {
    return optare({"replay", "--until", until, "--json", "applications", "show", app.client_id});
  };
  const int renamed = std::stoi(position_renamed);
  const Ended before = shown(std::to_string(renamed - 1));
  EXPECT_EQ(before.code, 0) << before.err;
  EXPECT_EQ(json_member(before.out, "name"), "Cron");
  const Ended after = shown(position_renamed);
  EXPECT_EQ(json_member(after.out, "name"), "Renamed");
  EXPECT_EQ(json_member(after.out, "deleted_at"), "null");
  const Ended deleted = shown(position_deleted);
  EXPECT_EQ(deleted.code, 0);
  EXPECT_NE(json_member(deleted.out, "deleted_at"), "null") << deleted.out;
  const Ended unborn = shown("1");
  EXPECT_EQ(unborn.code, 3);
  EXPECT_NE(unborn.err.find("no such application"), std::string::npos);
}

TEST_F(History, IsSeenAsItWasAtATime) {
  const auto events = server.admin_call("GET", "/events?limit=200");
  const auto items = boost::json::parse(events.body).at("items");
  const auto time_of = [&](const std::string& position) {
    for (const auto& item : items.as_array()) {
      if (json_member(item, "position") == position) return json_member(item, "time");
    }
    return std::string();
  };
  const auto shown = [&](const std::string& until) {
    const Ended ended =
        optare({"replay", "--until", until, "--json", "applications", "show", app.client_id});
    EXPECT_EQ(ended.code, 0) << ended.err;
    return json_member(ended.out, "deleted_at");
  };
  EXPECT_EQ(shown(time_of(position_renamed)), "null");
  EXPECT_NE(shown(time_of(position_deleted)), "null");
  EXPECT_EQ(optare({"replay", "--until", "yesterday", "applications", "show", app.client_id}).code,
            2);
}

// As the guide says: log, vault and spool of one moment, and the key from elsewhere.
TEST_F(History, IsRestoredFromABackUp) {
  const std::string token = server.token(server.admin(), server.url() + "/api/v1");
  const AppSecret admin = server.admin();
  EXPECT_EQ(server.stop(), 0);
  const auto kept = server.folder() / "kept";
  std::filesystem::create_directory(kept);
  for (const char* part : {"log", "vault", "spool"})
    std::filesystem::copy(server.data() / part, kept / part,
                          std::filesystem::copy_options::recursive);
  std::filesystem::remove_all(server.data());
  std::filesystem::create_directory(server.data());
  for (const char* part : {"log", "vault", "spool"})
    std::filesystem::rename(kept / part, server.data() / part);
  server.start();
  EXPECT_TRUE(server.active(admin, token));
  EXPECT_EQ(server.request_token(app, "").status, 401) << "what was deleted stays deleted";
  EXPECT_EQ(server.token(other, "").substr(0, 3), "at_");
  EXPECT_EQ(server.stop(), 0);
  EXPECT_EQ(optare({"replay", "--verify"}).code, 0);
  const Ended records = optare({"events", "export", "--issuance"});
  EXPECT_NE(records.err.find("nothing missing"), std::string::npos) << records.err;
  EXPECT_EQ(optare({"bootstrap-admin"}).code, 0) << "admin.json was not kept";
  EXPECT_NE(server.admin().client_id, admin.client_id);
}

// The records of tokens are the spool's alone: tokens live on without them.
TEST_F(History, GoesOnWithoutItsSpool) {
  EXPECT_EQ(server.stop(), 0);
  std::filesystem::remove_all(server.data() / "spool");
  server.start();
  EXPECT_TRUE(server.active(other, tokens.back()));
  EXPECT_EQ(server.stop(), 0);
  const Ended records = optare({"events", "export", "--issuance"});
  EXPECT_EQ(records.code, 0) << records.err;
  EXPECT_EQ(records.out, "");
}

class Issuance : public History {
 protected:
  Ended exported() { return optare({"events", "export", "--issuance"}); }
  void expect_broken(const std::string& why) {
    const Ended lines = exported();
    EXPECT_EQ(lines.code, 1) << lines.err;
    EXPECT_NE(lines.err.find(why), std::string::npos) << lines.err;
    EXPECT_EQ(lines.err.find("nothing missing"), std::string::npos);
  }
  std::filesystem::path spool() const { return server.data() / "spool"; }
  // The record at the offset, rewritten by `change`.
  void change_record(std::uint64_t offset, const std::function<void(std::string&)>& change) {
    LogDatabase database(resources, spool(), OpenMode::write);
    auto record = database.read(Partition::control, offset, offset + 1, 1).at(0);
    change(record.bytes);
    const LogDatabase::Row row{.partition = Partition::control,
                               .offset = offset,
                               .time = record.time,
                               .bytes = record.bytes};
    ASSERT_TRUE(database.write(std::span(&row, 1)));
  }
};

std::string claims_of(const std::string& jwt) {
  const auto first = jwt.find('.');
  const auto text = from_base64url(jwt.substr(first + 1, jwt.find('.', first + 1) - first - 1));
  return text ? *text : std::string();
}

TEST_F(Issuance, HasEachTokenOnceAndShowsThatNothingIsMissing) {
  const Ended lines = exported();
  EXPECT_EQ(lines.code, 0) << lines.err;
  EXPECT_NE(lines.err.find("nothing missing"), std::string::npos) << lines.err;
  std::multiset<std::string> ids;
  std::istringstream text(lines.out);
  for (std::string line; std::getline(text, line);) ids.insert(json_member(line, "jti"));
  for (std::size_t i = 0; i < 3; ++i)
    EXPECT_EQ(ids.count(json_member(claims_of(tokens.at(i)), "jti")), 1U);
  EXPECT_EQ(ids.size(), tokens.size() + 1) << "and the administrator's own";
  for (const std::string& token : tokens) EXPECT_EQ(lines.out.find(token), std::string::npos);
}

TEST_F(Issuance, ShowsWhichBatchWasAltered) {
  EXPECT_EQ(server.stop(), 0);
  change_record(1, [&](std::string& bytes) {
    const auto at = bytes.find(app.client_id);
    ASSERT_NE(at, std::string::npos);
    bytes[at + 5] ^= 1;
  });
  expect_broken("batch 3: does not follow the batch before it");
}

TEST_F(Issuance, ShowsThatABatchWasExchanged) {
  EXPECT_EQ(server.stop(), 0);
  std::string third;
  change_record(2, [&](const std::string& bytes) { third = bytes; });
  change_record(1, [&](std::string& bytes) { bytes = third; });
  expect_broken("batch 2: does not follow the batch before it");
}

TEST_F(Issuance, ShowsThatABatchIsNoLongerOne) {
  EXPECT_EQ(server.stop(), 0);
  change_record(1, [&](std::string& bytes) { bytes.resize(bytes.size() / 2); });
  expect_broken("batch 2: altered");
}

TEST_F(Issuance, ShowsThatABatchWasRemoved) {
  EXPECT_EQ(server.stop(), 0);
  auto database =
      open_rocks(resources.options(1U << 20U), spool(), OpenMode::write, "optare log 1");
  ASSERT_TRUE(database) << database.error().text;
  std::string key;
  append_u32(key, static_cast<std::uint32_t>(Partition::control));
  append_u64(key, 1);
  std::string there;
  ASSERT_TRUE((*database)->Get({}, key, &there).ok());
  ASSERT_TRUE((*database)->Delete({}, key).ok());
  database->reset();
  expect_broken("record 1 is missing");
}

}  // namespace
}  // namespace optare
