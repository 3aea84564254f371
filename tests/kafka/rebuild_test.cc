// `optare projections rebuild` on a node's folder: it reads the node's copy of the topics alone.
#include <gmock/gmock.h>

#include <boost/json/parse.hpp>
#include <filesystem>
#include <map>

#include "core/kafka/topics.h"
#include "core/rocksdb/rocksdb_store.h"
#include "projections/rebuild.h"
#include "tests/support/fleet.h"
#include "tests/support/raw_kafka.h"

namespace optare {
namespace {

using testing::AllOf;
using testing::HasSubstr;

const std::string api = "https://api.example.com";

class FleetRebuild : public testing::Test {
 protected:
  Ended rebuild_a() { return fleet.run_beside(a, {"projections", "rebuild"}); }
  Ended verify_a() { return fleet.run_beside(a, {"replay", "--verify"}); }
  // A's view, while it is stopped.
  template <class Look>
  auto in_view(const Look& look) {
    const RocksResources resources;
    RocksStore store(resources, a.data() / "view");
    return look(store);
  }
  std::map<std::string, std::string> applications() {
    return in_view([](const Store& store) {
      std::map<std::string, std::string> rows;
      store.scan(Table::application, "", [&](std::string_view key, std::string_view row) {
        rows.emplace(key, row);
        return true;
      });
      EXPECT_TRUE(outdated_projections(store).empty());
      return rows;
    });
  }
  boost::json::value shown_by(const ServerProcess& node, const AppSecret& app) const {
    const auto answer = fleet.call(node, "GET", "/applications/" + app.client_id);
    EXPECT_EQ(answer.status, 200) << answer.body;
    return without_last_used(boost::json::parse(answer.body));
  }
  void expect_refused_and_unchanged(const std::string& what) {
    const auto before = applications();
    EXPECT_GT(before.size(), 1U);
    for (const Ended& ended : {rebuild_a(), verify_a()}) {
      EXPECT_EQ(ended.code, 1) << ended.out;
      EXPECT_THAT(ended.err, AllOf(HasSubstr(what), HasSubstr((a.data() / "log").string()),
                                   HasSubstr("Start the node once")));
    }
    EXPECT_EQ(applications(), before);
  }

  TwoNodes nodes;
  const Fleet& fleet = nodes.fleet;
  ServerProcess& a = nodes.a;
  ServerProcess& b = nodes.b;
};

TEST_F(FleetRebuild, MakesTheRowsOfAStoppedNodeAgain) {
  const AppSecret app = fleet.create(b, api);
  EXPECT_NE(a.token(app, api), "");
  EXPECT_EQ(a.stop(), 0);
  const auto right = applications();
  in_view([&](Store& store) {
    StoreBatch batch;
    batch.put(Table::application, app.client_id, "of another shape");
    batch.put(Table::application, "srv_planted", right.begin()->second);
    store.write(batch);
  });
  EXPECT_EQ(verify_a().code, 1);
  const Ended rebuilt = rebuild_a();
  EXPECT_EQ(rebuilt.code, 0) << rebuilt.err;
  EXPECT_THAT(rebuilt.out, HasSubstr("Rebuilt from "));
  EXPECT_EQ(applications(), right);
  const Ended verified = verify_a();
  EXPECT_EQ(verified.code, 0) << verified.out << verified.err;
  a.start(fleet.flags());
  EXPECT_EQ(shown_by(a, app), shown_by(b, app));
}

// They may run beside nodes, or long after the last one, on a log that others keep as it is.
TEST_F(FleetRebuild, AndReplayWriteNothingToAnyTopic) {
  EXPECT_EQ(a.stop(), 0);
  EXPECT_EQ(b.stop(), 0);
  RawKafka kafka(fleet.brokers);
  const TopicNames topics(fleet.prefix);
  const auto records = kafka.read(topics.vault);
  ASSERT_FALSE(records.empty());
  for (const RawRecord& record : records) kafka.produce(topics.vault, 0, std::nullopt, record.key);
  const auto ends = [&] {
    std::map<std::string, std::int64_t> found;
    for (const NewTopic& topic : topics_to_make(topics, 3))
      found[topic.name] = kafka.end(topic.name);
    return found;
  };
  const auto before = ends();
  EXPECT_EQ(before.size(), 4U);
  EXPECT_EQ(before.at(topics.vault), 2 * std::ssize(records));
  for (const Ended& ended :
       {verify_a(), rebuild_a(), fleet.run_beside(a, {"log", "void", "--json"}), verify_a()})
    EXPECT_EQ(ended.code, 0) << ended.out << ended.err;
  EXPECT_EQ(ends(), before);
}

// As after a power loss: the copy is written without waiting for the disk, and may have lost its
// end.
TEST_F(FleetRebuild, RefusesACopyThatEndsBeforeTheView) {
  const auto copy = a.data() / "log";
  const auto older = fleet.folder() / "older";
  EXPECT_EQ(a.stop(), 0);
  std::filesystem::copy(copy, older, std::filesystem::copy_options::recursive);
  a.start(fleet.flags());
  const AppSecret app = fleet.create(a, api);
  EXPECT_EQ(a.stop(), 0);

  std::filesystem::remove_all(copy);
  expect_refused_and_unchanged("holds no copy of the topics");
  std::filesystem::rename(older, copy);
  expect_refused_and_unchanged("the view was made from ");

  a.start(fleet.flags());
  EXPECT_EQ(shown_by(a, app), shown_by(b, app));
  EXPECT_EQ(a.stop(), 0);
  const Ended rebuilt = rebuild_a();
  EXPECT_EQ(rebuilt.code, 0) << rebuilt.err;
  const Ended verified = verify_a();
  EXPECT_EQ(verified.code, 0) << verified.out << verified.err;
}

}  // namespace
}  // namespace optare
