// The programs that `ops/benchmarks/run kafka` measures with, with tiny sizes over the shared
// brokers: each runs through, did what it was told to, and says every figure that the table is made
// of (ops/benchmarks/sections/kafka).
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <array>
#include <boost/json.hpp>
#include <fstream>

#include "tests/support/fleet.h"

namespace optare {
namespace {

using boost::json::object;
using boost::json::value;

constexpr std::chrono::minutes patience{4};

// What it says in its last line.
object result_of(const std::string& name, const std::vector<std::string>& arguments) {
  Program program;
  program.arguments = {std::filesystem::path(OPTARE_BINARY).parent_path() / ("benchmark_" + name)};
  program.arguments.insert(program.arguments.end(), arguments.begin(), arguments.end());
  const Ended ended = run(program, patience);
  EXPECT_EQ(ended.code, 0) << name << ": " << ended.err;
  return ended.code == 0 ? boost::json::parse(ended.out).as_object() : object{};
}

std::uint64_t count_of(const object& found, std::string_view name) {
  return found.at(name).to_number<std::uint64_t>();
}
void expect_positive(const object& found, const std::vector<std::string_view>& names) {
  for (const std::string_view name : names)
    EXPECT_GT(found.at(name).to_number<double>(), 0) << name;
}
void expect_latencies(const value& latencies, std::uint64_t count) {
  const object& found = latencies.as_object();
  EXPECT_EQ(count_of(found, "count"), count);
  expect_positive(found, {"p50_us", "p99_us", "max_us"});
}

class KafkaBenchmarks : public testing::Test {
 protected:
  std::vector<std::string> place(const std::string& data) const {
    return {"--data",     fleet.folder() / data, "--kafka-brokers",      fleet.brokers,
            "--key-file", fleet.key_file(),      "--kafka-topic-prefix", fleet.prefix};
  }
  static std::vector<std::string> with(std::vector<std::string> first,
                                       const std::vector<std::string>& more) {
    first.insert(first.end(), more.begin(), more.end());
    return first;
  }
  object kafka(const std::string& what, const std::vector<std::string>& more) const {
    return result_of("kafka", with({what, "--brokers", fleet.brokers}, more));
  }

  const Fleet fleet;
};

TEST_F(KafkaBenchmarks, OfCommands) {
  const object found =
      result_of("commands", with(place("commands"), {"--warm-up", "1", "--one", "3", "--many", "10",
                                                     "--in-flight", "2", "--seconds-max", "200"}));
  for (const char* name : {"command", "bare"}) expect_latencies(found.at(name), 3);
  const object& many = found.at("many").as_object();
  EXPECT_EQ(count_of(many, "commits"), 10U);
  EXPECT_EQ(count_of(many, "in_flight"), 2U);
  expect_positive(many, {"commits_per_second", "processor_us_each"});
  expect_latencies(many.at("latency"), 10);
}

TEST_F(KafkaBenchmarks, OfKafkaAlone) {
  constexpr std::uint64_t records = 20;
  const object produced =
      kafka("produce", {"--prefix", fleet.prefix, "--records", std::to_string(records)});
  const object consumed = kafka("consume", {"--topic", fleet.prefix + ".control"});
  for (const object& found : {produced, consumed}) {
    EXPECT_EQ(count_of(found, "records"), records);
    EXPECT_EQ(count_of(found, "bytes"), records * 700);
    expect_positive(found, {"seconds", "records_per_second", "processor_us_each"});
  }
  expect_latencies(kafka("turn", {"--prefix", fleet.prefix, "--records", "3"}), 3);
  object led;
  wait_until("all copies to be in sync", [&] {
    led = kafka("leader", {"--topic", fleet.prefix + ".control"});
    return count_of(led, "in_sync") == 3U;
  });
  EXPECT_GE(count_of(led, "leader"), 1U);
  EXPECT_LE(count_of(led, "leader"), 3U);
}

// A deployment as the others are measured on: seeded, with nodes that serve.
class KafkaBenchmarksOfNodes : public KafkaBenchmarks {
 protected:
  KafkaBenchmarksOfNodes() {
    const object made =
        result_of("seed", with(place("seed"), {"--applications", std::to_string(applications),
                                               "--in-flight", "2", "--credentials", credentials}));
    EXPECT_EQ(count_of(made, "applications"), applications);
    seeded = boost::json::parse(file_text(credentials)).as_object();
    for (ServerProcess* node : {&a, &b}) node->start(fleet.flags());
    administrator =
        "Bearer " +
        a.token(secret_of(boost::json::parse(file_text(fleet.folder() / "seed/admin.json"))),
                json_member(seeded, "issuer") + "/api/v1");
  }
  static AppSecret secret_of(const value& client) {
    return {json_member(client, "client_id"), json_member(client, "client_secret")};
  }
  // How many it answered since its start.
  static double asked_of(const ServerProcess& node, const std::string& method,
                         const std::string& route) {
    return node.metric("optare_http_requests_total",
                       fmt::format(R"(method="{}",route="{}")", method, route));
  }
  AppSecret application(std::size_t number) const {
    return secret_of(seeded.at("applications").at(number));
  }

  static constexpr std::uint64_t applications = 3;
  const std::string credentials = fleet.folder() / "credentials.json";
  object seeded;
  ServerProcess a;
  ServerProcess b;
  std::string administrator;
};

TEST_F(KafkaBenchmarksOfNodes, OfDeletionsRacesAndReplays) {
  const std::string deletions = fleet.folder() / "deletions";
  {
    std::ofstream lines(deletions);
    for (std::size_t i = 0; i < 2; ++i) {
      const AppSecret app = application(i);
      lines << fmt::format("/api/v1/applications/{}\t{}\t{}\t{}\n", app.client_id, administrator,
                           secret_of(seeded.at("introspector")).basic().second,
                           a.token(app, json_member(seeded, "audience")));
    }
  }
  const object deleted =
      result_of("deletion", {"--port", std::to_string(a.port()), "--other",
                             std::to_string(b.port()), "--deletions", deletions});
  EXPECT_EQ(count_of(deleted, "deleted"), 2U);
  EXPECT_EQ(count_of(deleted, "active_after"), 0U);
  for (const char* name : {"active_elsewhere", "asked_again"}) EXPECT_TRUE(deleted.contains(name));
  for (const char* name : {"asked", "inactive", "answered", "elsewhere"})
    expect_latencies(deleted.at(name), 2);
  EXPECT_EQ(asked_of(a, "DELETE", "/api/v1/applications/{client_id}"),
            2 + count_of(deleted, "asked_again"));
  wait_until("the other to count what it was asked",
             [&] { return asked_of(b, "POST", "/oauth2/introspect") >= 2; });

  const object raced =
      result_of("race", {"--port", std::to_string(a.port()), "--port", std::to_string(b.port()),
                         "--path", "/api/v1/applications/" + application(2).client_id,
                         "--authorization", administrator, "--racers", "3", "--seconds", "0.5"});
  EXPECT_GE(count_of(raced, "done"), 1U);
  expect_latencies(raced.at("latency"), count_of(raced, "done") + count_of(raced, "conflict") +
                                            count_of(raced, "other"));
  for (const ServerProcess* node : {&a, &b})
    wait_until("each to count its changes",
               [&] { return asked_of(*node, "PATCH", "/api/v1/applications/{client_id}") > 0; });

  EXPECT_EQ(b.stop(), 0);
  const auto commits = static_cast<std::uint64_t>(a.metric("optare_log_position"));
  EXPECT_EQ(a.stop(), 0);
  const object replayed =
      result_of("replay", with(place(a.data()), {"--scratch", fleet.folder() / "scratch"}));
  for (const char* name : {"fetch", "live", "rebuild"}) {
    const object& found = replayed.at(name).as_object();
    EXPECT_GE(count_of(found, "commits"), commits) << name;
    expect_positive(found, {"commits_per_second", "processor_us_each"});
  }
}

}  // namespace
}  // namespace optare
