// Deleting an application over brokers: the same records and rows however many of its tokens live,
// and all of them are dead on every node. Counted, not timed.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>

#include "core/log/frame.h"
#include "tests/http/raw_client.h"
#include "tests/support/fleet.h"
#include "tests/support/raw_kafka.h"
#include "tests/support/view_rows.h"

namespace optare {
namespace {

constexpr int many = 2'000;
const std::string api = "https://api.example.com";

// What a deletion left behind: records by topic, and rows that are new, others or gone, by node and
// table.
struct Cost {
  std::map<std::string, int> records;
  std::map<std::pair<std::size_t, int>, int> rows;
  bool operator==(const Cost&) const = default;
};
void PrintTo(const Cost& cost, std::ostream* out) {
  for (const auto& [topic, count] : cost.records) *out << topic << ": " << count << " records; ";
  for (const auto& [where, count] : cost.rows)
    *out << "node " << where.first << ", table " << where.second << ": " << count << " rows; ";
}

bool is_tick(const RawRecord& record) {
  const auto frame = parse_frame(record.value.value_or(""));
  return frame && frame->kind == FrameKind::tick;
}

// Asks over one connection.
class Asker {
 public:
  Asker(const ServerProcess& node, const AppSecret& app)
      : port_(node.port()), basic_(app.basic().second) {}
  std::string token() {
    return json_member(
        ask("/oauth2/token", "grant_type=client_credentials&audience=" + percent_encoded(api)),
        "access_token");
  }
  bool active(const std::string& token) {
    return json_member(ask("/oauth2/introspect", "token=" + token), "active") == "true";
  }

 private:
  // The body of the answer, once it is decided.
  std::string ask(const std::string& path, const std::string& form) {
    std::string body;
    wait_until("an answer", [&] {
      if (!client_) client_.emplace(port_);
      client_->send(
          fmt::format("POST {} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: {}\r\n"
                      "Content-Type: application/x-www-form-urlencoded\r\n"
                      "Content-Length: {}\r\n\r\n{}",
                      path, basic_, form.size(), form));
      const testing::Answer answer = client_->answer();
      if (answer.status == 0) client_.reset();  // it was closed
      body = answer.body;
      return answer.status == 200;
    });
    return body;
  }

  const std::uint16_t port_;
  std::optional<testing::RawClient> client_;
  const std::string basic_;
};

class FleetDeletion : public ::testing::Test {
 protected:
  FleetDeletion() { fleet.create(a, api, fleet.admin().client_id); }

  std::set<std::string> tokens_of(const AppSecret& app, int count) const {
    Asker asker(a, app);
    std::set<std::string> tokens;
    while (std::ssize(tokens) < count) tokens.insert(asker.token());
    return tokens;
  }
  int living_at(const ServerProcess& node, const std::set<std::string>& tokens) const {
    Asker asker(node, fleet.admin());
    int living = 0;
    for (const std::string& token : tokens) living += asker.active(token) ? 1 : 0;
    return living;
  }
  // Of each topic, without ticks, which nodes write in silence.
  std::map<std::string, int> records() {
    std::map<std::string, int> counts;
    for (const char* name : {"control", "tokens", "vault", "issuance"}) {
      const auto all = raw.read(fleet.prefix + '.' + name);
      counts[name] = static_cast<int>(
          std::ranges::count_if(all, [](const RawRecord& record) { return !is_tick(record); }));
    }
    return counts;
  }
  static std::map<int, int> changed(const ViewRows& before, const ViewRows& after) {
    std::map<int, int> counts;
    for (const auto& [key, row] : after) {
      const auto found = before.find(key);
      if (found == before.end() || found->second != row) ++counts[static_cast<int>(key.first)];
    }
    for (const auto& [key, row] : before)
      if (!after.contains(key)) ++counts[static_cast<int>(key.first)];
    return counts;
  }
  void await_forwarded() const {
    for (const ServerProcess* node : nodes())
      wait_until("issuance records to be in their topic",
                 [&] { return node->metric("optare_issuance_forward_queue") == 0; });
  }
  std::array<const ServerProcess*, 2> nodes() const { return {&a, &b}; }
  // Both have applied the same.
  void await_agreement() const {
    const std::string control = R"(partition="control")";
    wait_until("both to have applied the same", [&] {
      return a.metric("optare_log_position", control) == b.metric("optare_log_position", control);
    });
  }
  Cost cost_of_deleting(const AppSecret& app) {
    const std::string administrator = a.token(fleet.admin(), fleet.audience());
    await_forwarded();
    await_agreement();
    const auto records_before = records();
    std::array<ViewRows, 2> rows_before;
    for (std::size_t i = 0; i < 2; ++i) rows_before.at(i) = rows_in(nodes().at(i)->data() / "view");
    const HttpResponse deleted = decided([&] {
      return a.send("DELETE", "/api/v1/applications/" + app.client_id,
                    {{"Authorization", "Bearer " + administrator}});
    });
    EXPECT_EQ(deleted.status, 200) << deleted.body;
    await_agreement();
    await_forwarded();
    Cost cost;
    for (const auto& [topic, count] : records())
      cost.records[topic] = count - records_before.at(topic);
    for (std::size_t i = 0; i < 2; ++i)
      for (const auto& [table, count] :
           changed(rows_before.at(i), rows_in(nodes().at(i)->data() / "view")))
        cost.rows[{i, table}] = count;
    return cost;
  }

  TwoNodes deployment;
  const Fleet& fleet = deployment.fleet;
  ServerProcess& a = deployment.a;
  ServerProcess& b = deployment.b;
  RawKafka raw{fleet.brokers};
};

TEST_F(FleetDeletion, CostsTheSameForOneTokenAndForTwoThousand) {
  const AppSecret first = fleet.create_application(a, api);
  const AppSecret second = fleet.create_application(a, api);
  const auto one = tokens_of(first, 1);
  const auto all = tokens_of(second, many);
  for (const ServerProcess* node : nodes()) {
    EXPECT_EQ(living_at(*node, one), 1);
    EXPECT_EQ(living_at(*node, all), many);
  }
  const Cost cost = cost_of_deleting(first);
  EXPECT_EQ(cost, cost_of_deleting(second));
  EXPECT_EQ(cost.records, (std::map<std::string, int>{
                              {"control", 1}, {"tokens", 0}, {"vault", 0}, {"issuance", 0}}));
  EXPECT_FALSE(cost.rows.empty());
  for (const ServerProcess* node : nodes()) {
    EXPECT_EQ(living_at(*node, one), 0);
    EXPECT_EQ(living_at(*node, all), 0);
  }
}

}  // namespace
}  // namespace optare
