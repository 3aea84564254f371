// Records in the log that are not Optare's, or not in order, put there behind its back. They are
// void: counted, told, and in nobody's way (design D1).
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "core/rocksdb/log_database.h"
#include "tests/support/server_process.h"

namespace optare {
namespace {

Timestamp now() { return std::chrono::floor<Duration>(std::chrono::system_clock::now()); }

class Garbage : public testing::Test {
 protected:
  Garbage() {
    server.start();
    admin = server.admin();
    token = server.token(admin, audience());
    EXPECT_EQ(server.stop(), 0);
  }
  std::string audience() const { return server.url() + "/api/v1"; }
  std::filesystem::path log() const { return server.data() / "log"; }

  // Appends it where the next record would go, or `gap` further.
  void plant(Partition partition, const std::string& bytes, std::uint64_t gap = 0) {
    LogDatabase database(resources, log(), OpenMode::write);
    const LogDatabase::Row row{.partition = partition,
                               .offset = database.ends()[partition].offset + gap,
                               .time = now(),
                               .bytes = bytes};
    ASSERT_TRUE(database.write(std::span(&row, 1)));
  }
  Ended listed(std::vector<std::string> options) {
    options.insert(options.begin(), {"log", "void", "--data", server.data()});
    return run(optare_program(std::move(options)));
  }
  std::string record(std::uint64_t offset) {
    const LogDatabase database(resources, log(), OpenMode::read_only);
    return database.read(Partition::control, offset, offset + 1, 1).at(0).bytes;
  }
  // It starts, does what it is there for, and counts `voids` records of this reason.
  void expect_life_goes_on(const std::string& reason, int voids) {
    server.start();
    EXPECT_EQ(server.metric("optare_log_void_records_total", "reason=\"" + reason + "\""), voids);
    EXPECT_EQ(server.metric("optare_log_void_records_total"), voids) << "and of no other";
    EXPECT_NE(server.said().find("\"void_record\""), std::string::npos);
    EXPECT_NE(server.said().find("\"" + reason + "\""), std::string::npos);
    EXPECT_EQ(json_member(server.ops("/readyz").body, "status"), "ready");
    EXPECT_TRUE(server.active(admin, token));
    EXPECT_NE(server.create_api("https://after.example.com"), "");
    EXPECT_EQ(server.stop(), 0);
    const Ended verified =
        run(optare_program({"replay", "--verify", "--json", "--data", server.data()}));
    EXPECT_EQ(verified.code, 0) << verified.out << verified.err;
    EXPECT_EQ(json_member(verified.out, "void"), std::to_string(voids)) << verified.out;
  }

  RocksResources resources;
  ServerProcess server;
  AppSecret admin;
  std::string token;
};

TEST_F(Garbage, OfAnyShapeIsNoFrame) {
  const std::vector<std::string> shapes{"",
                                        "x",
                                        std::string(16, '\0'),
                                        "OPTF",
                                        "OPTF\x01\x01" + std::string(10, '\xff'),
                                        std::string(100'000, 'A'),
                                        record(0).substr(0, record(0).size() - 1),
                                        record(0) + "x"};
  for (const std::string& shape : shapes) plant(Partition::control, shape);
  plant(Partition::tokens_00, "x");
  expect_life_goes_on("frame", static_cast<int>(shapes.size()) + 1);
}

TEST_F(Garbage, AltersNothingWhereAByteOfACommitWasChanged) {
  std::string altered = record(0);
  altered[altered.size() / 2] ^= 1;
  plant(Partition::control, altered);
  expect_life_goes_on("mac", 1);
}

TEST_F(Garbage, FromTheLogOfAnotherDeploymentCountsForNothing) {
  ServerProcess other;
  other.start();
  EXPECT_EQ(other.stop(), 0);
  const LogDatabase database(resources, other.data() / "log", OpenMode::read_only);
  plant(Partition::control, database.read(Partition::control, 0, 1, 1).at(0).bytes);
  expect_life_goes_on("mac", 1);
}

TEST_F(Garbage, UnderAKeyThatNobodyIntroducedCountsForNothing) {
  std::string altered = record(0);
  altered[11] ^= 2;  // the last byte of the key id
  plant(Partition::control, altered);
  expect_life_goes_on("key", 1);
}

TEST_F(Garbage, FromThisVeryLogCountsOnce) {
  server.start();
  EXPECT_NE(server.create_api("https://before.example.com"), "");
  EXPECT_EQ(server.stop(), 0);
  plant(Partition::control, record(1));
  expect_life_goes_on("version", 1);
  server.start();
  EXPECT_EQ(server.admin_call("GET", "/events?after=2").status, 200);
  EXPECT_EQ(server.metric("optare_log_void_records_total"), 0) << "told once, when it was met";
}

// A commit of the other partition, from the same deployment: the partition is under the MAC.
TEST_F(Garbage, OfTheOtherPartitionCountsForNothing) {
  plant(Partition::tokens_00, record(0));
  expect_life_goes_on("mac", 1);
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

TEST_F(Garbage, IsListedWithWhatCanBeSaidOfIt) {
  plant(Partition::control, "x");
  std::string altered = record(0);
  altered[altered.size() - 1] ^= 1;  // the MAC alone
  plant(Partition::control, altered);
  plant(Partition::control, record(0));
  plant(Partition::tokens_00, "garbage");
  server.start();
  const Ended beside = listed({"--json"});
  EXPECT_EQ(beside.code, 0) << beside.err;
  const auto lines = lines_of(beside.out);
  ASSERT_EQ(lines.size(), 4U) << beside.out;
  const auto member = [&](std::size_t line, const char* name) {
    return json_member(lines.at(line), name);
  };
  EXPECT_EQ(member(0, "reason"), "frame");
  EXPECT_EQ(member(0, "offset"), "1");
  EXPECT_EQ(member(0, "bytes"), "1");
  EXPECT_EQ(member(0, "key_id"), "null");
  EXPECT_EQ(member(1, "reason"), "mac");
  EXPECT_EQ(member(1, "authentic"), "false");
  EXPECT_EQ(member(1, "key_id"), "1");
  EXPECT_EQ(member(1, "cause"), "Genesis") << "as it says itself";
  EXPECT_EQ(member(2, "reason"), "version");
  EXPECT_EQ(member(2, "authentic"), "true");
  EXPECT_EQ(member(2, "cause"), "Genesis");
  EXPECT_EQ(member(2, "node_id").substr(0, 5), "node_");
  EXPECT_EQ(member(2, "commit_id").size(), 32U);
  EXPECT_EQ(member(3, "partition"), "tokens-00");
  EXPECT_NE(beside.err.find("4 of 5 records do not count: frame 2, mac 1, version 1"),
            std::string::npos)
      << beside.err;
  EXPECT_EQ(server.stop(), 0);
}

TEST_F(Garbage, IsListedInPartAsAsked) {
  for (int i = 0; i < 5; ++i) plant(Partition::control, "x");
  plant(Partition::tokens_00, "x");
  server.start();
  EXPECT_EQ(server.stop(), 0);
  const Ended table = listed({});
  EXPECT_EQ(lines_of(table.out).size(), 7U) << table.out << table.err;
  EXPECT_EQ(table.out.substr(0, 9), "PARTITION");
  EXPECT_EQ(lines_of(listed({"--json", "--partition", "tokens-00"}).out).size(), 1U);
  const Ended some = listed({"--json", "--partition", "control", "--after", "2", "--limit", "2"});
  ASSERT_EQ(lines_of(some.out).size(), 2U) << some.out;
  EXPECT_EQ(json_member(lines_of(some.out)[0], "offset"), "3");
  EXPECT_NE(some.err.find("1 more behind these"), std::string::npos) << some.err;
  EXPECT_EQ(listed({"--partition", "nonsense"}).code, 2);
}

TEST_F(Garbage, InPlaceOfAMissingRecordIsADamagedLog) {
  plant(Partition::control, "x", 1);
  const Ended ended = server.start_in_vain();
  EXPECT_EQ(ended.code, 1);
  EXPECT_NE(ended.err.find("record 1 is missing"), std::string::npos) << ended.err;
  EXPECT_NE(ended.err.find("estore"), std::string::npos) << "what to do: " << ended.err;
}

}  // namespace
}  // namespace optare
