// Records that somebody else writes to the topics: none stops a node or changes a row; each is
// counted and can be listed (design D1). In an embedded log: tests/e2e/garbage_test.cc.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <fstream>

#include "core/kafka/topics.h"
#include "core/log/frame.h"
#include "tests/support/insider.h"

namespace optare {
namespace {

using testing::HasSubstr;
using testing::IsSupersetOf;

constexpr Partition control = Partition::control;

class ForeignRecords : public testing::Test {
 protected:
  ForeignRecords() : raw(shared_brokers()) {
    const Ended made = fleet.init();
    EXPECT_EQ(made.code, 0) << made.err;
    node.start(fleet.flags());
    app = fleet.create(node, "https://api.example.com");
    token = node.token(app, "https://api.example.com");
    events = fleet.call(node, "GET", "/events?limit=200").body;
  }
  // A commit of ours that only a build of the future could have written.
  std::string of_a_newer_level() {
    Commit newer = insider.newest_commit();
    EXPECT_FALSE(newer.writes.empty());
    newer.feature_level = 1'000'000;
    newer.deadline = timestamp_of(milliseconds_of(newer.deadline) + 3'600'000);
    return insider.authentic(newer);
  }
  // By a tool that knows nothing of us; where it stands then.
  std::int64_t produce_by_kcat(const std::string& value) {
    const std::filesystem::path file = fleet.folder() / "record";
    std::ofstream(file, std::ios::binary) << value << std::flush;
    const Ended sent =
        run({{"kcat", "-P", "-b", fleet.brokers, "-t", topics.control, "-p", "0", file}});
    EXPECT_EQ(sent.code, 0) << sent.err;
    const auto records = raw.read(topics.control);
    const auto last = std::ranges::find(records.rbegin(), records.rend(), value, &RawRecord::value);
    if (last == records.rend()) throw std::runtime_error("kcat produced nothing: " + sent.err);
    return last->offset;
  }
  double counted(const std::string& reason) const {
    return node.metric("optare_log_void_records_total", "reason=\"" + reason + "\"");
  }
  static std::string place(Partition partition, std::int64_t offset) {
    return fmt::format(R"("partition":"{}","offset":{},)", partition_name(partition), offset);
  }
  // These places, and no others.
  void expect_listed(const std::vector<std::string>& places) const {
    const Ended listed = fleet.run_beside(node, {"log", "void", "--json"});
    EXPECT_EQ(listed.code, 0) << listed.err;
    for (const std::string& each : places) EXPECT_THAT(listed.out, HasSubstr(each));
    EXPECT_EQ(std::ranges::count(listed.out, '\n'), std::ssize(places)) << listed.out;
  }
  // As if they were not there: on the node that ran, and on one that reads them all afresh.
  void expect_life_goes_on() {
    wait_until("/readyz to say ready",
               [&] { return json_member(node.ops("/readyz").body, "status") == "ready"; });
    EXPECT_EQ(fleet.call(node, "GET", "/events?limit=200").body, events);
    EXPECT_TRUE(node.active(app, token));
    ServerProcess fresh;
    fresh.start(fleet.flags());
    EXPECT_EQ(fleet.call(fresh, "GET", "/events?limit=200").body, events);
    const AppSecret made = fleet.create(fresh, "https://after.example.com");
    EXPECT_NE(node.token(made, "https://after.example.com"), "");
    const Ended verified = fleet.run_beside(node, {"replay", "--verify"});
    EXPECT_EQ(verified.code, 0) << verified.out << verified.err;
  }

  const Fleet fleet;
  const TopicNames topics{fleet.prefix};
  RawKafka raw;
  const Insider insider{fleet, raw};
  ServerProcess node;
  AppSecret app;
  std::string token;
  std::string events;
};

TEST_F(ForeignRecords, AreCountedListedAndInNobodysWay) {
  const std::string genuine = insider.newest_record();
  std::string altered = genuine;
  altered[altered.size() / 2] ^= 1;
  const std::string newer = of_a_newer_level();
  std::vector<std::string> places;
  const auto produce_to = [&](Partition partition, std::optional<std::string_view> value) {
    const std::string& topic = partition == control ? topics.control : topics.tokens;
    places.push_back(place(partition, raw.produce(topic, 0, value)));
  };
  const auto produce = [&](std::optional<std::string_view> value) {
    produce_to(control, value);
    produce_to(Partition::tokens_00, value);
  };
  produce("garbage");
  produce("");
  produce(std::nullopt);
  produce(std::string(2'000, '\xff'));
  produce(std::string(frame_bytes_max + 1, 'x'));
  for (std::size_t last : {1U, 2U})  // which nobody keeps
    places.at(places.size() - last) += R"("time":null,"reason":"frame","bytes":null,)";
  produce(genuine.substr(0, genuine.size() - 1));
  produce(altered);
  produce(genuine);  // once more
  produce_to(control, newer);

  wait_until("all to be judged, in both topics",
             [&] { return node.metric("optare_log_void_records_total") >= 2 * 8 + 1; });
  EXPECT_EQ(counted("level"), 1);
  EXPECT_EQ(counted("frame"), 12) << "none of six is a frame, in either topic";
  EXPECT_GE(counted("mac"), 3) << "altered in both, and genuine of the other topic";
  EXPECT_EQ(node.metric("optare_log_void_records_total"), 2 * 8 + 1);

  expect_listed(places);
  expect_life_goes_on();
}

TEST_F(ForeignRecords, OfAStrangersToolAreNoOther) {
  const std::string genuine = insider.newest_record();
  std::string wrong_mac = genuine;
  wrong_mac.back() = static_cast<char>(wrong_mac.back() ^ 1);
  std::vector<std::string> places;
  for (const std::string& value : {std::string("garbage"), genuine, wrong_mac, of_a_newer_level()})
    places.push_back(place(control, produce_by_kcat(value)));
  wait_until("all to be judged", [&] { return node.metric("optare_log_void_records_total") >= 4; });
  EXPECT_EQ(counted("frame"), 1);
  EXPECT_EQ(counted("mac"), 1);
  EXPECT_EQ(counted("level"), 1);
  EXPECT_EQ(node.metric("optare_log_void_records_total"), 4);
  expect_listed(places);
  expect_life_goes_on();
}

// Neither an open nor an ended transaction of somebody else holds anybody back.
TEST_F(ForeignRecords, InTransactionsHoldNobodyBack) {
  raw.produce_in_transaction(topics.control, 0, "theirs");
  raw.produce_in_transaction(topics.tokens, 0, "theirs", false);
  EXPECT_EQ(fleet.call(node, "PATCH", "/applications/" + app.client_id, R"({"name":"New"})").status,
            200);
  const auto revoke = [&] { return node.post_form("/oauth2/revoke", app, {{"token", token}}); };
  EXPECT_EQ(decided(revoke).status, 200);
  EXPECT_FALSE(node.active(app, token));
  wait_until("both to be judged", [&] { return counted("frame") >= 2; });
}

}  // namespace
}  // namespace optare
