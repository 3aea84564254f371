#include "tests/support/lives.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>

namespace optare {
namespace {

// Every line of an export of issuance, by jti.
std::multiset<std::string> exported_ids(const ServerProcess& server) {
  const Ended lines =
      run(optare_program({"events", "export", "--issuance", "--data", server.data()}));
  EXPECT_EQ(lines.code, 0) << lines.err;
  std::multiset<std::string> ids;
  std::istringstream text(lines.out);
  for (std::string line; std::getline(text, line);) ids.insert(json_member(line, "jti"));
  return ids;
}

// What happened to each application, as "type subject": each must stand there once.
std::multiset<std::string> facts_of(ServerProcess& server) {
  std::multiset<std::string> facts;
  for (std::string after = "0";;) {
    const HttpResponse page =
        decided([&] { return server.admin_call("GET", "/events?limit=200&after=" + after); });
    EXPECT_EQ(page.status, 200) << page.body;
    const auto body = boost::json::parse(page.body);
    if (body.at("items").as_array().empty()) return facts;
    for (const auto& item : body.at("items").as_array()) {
      facts.insert(json_member(item, "type") + " " + json_member(item, "stream"));
      if (const auto secret = json_member(item.at("data"), "secret_id"); !secret.empty())
        facts.insert(json_member(item, "type") + " " + secret);
    }
    after = json_member(body, "next_cursor");
  }
}

std::multiset<std::string> living_names(ServerProcess& server) {
  std::multiset<std::string> names;
  for (std::string cursor;;) {
    const HttpResponse page =
        server.admin_call("GET", "/applications?limit=200" +
                                     (cursor.empty() ? "" : "&cursor=" + percent_encoded(cursor)));
    const auto body = boost::json::parse(page.body);
    for (const auto& item : body.at("items").as_array()) names.insert(json_member(item, "name"));
    if (body.at("next_cursor").is_null()) return names;
    cursor = json_member(body, "next_cursor");
  }
}

}  // namespace

Lives::Lives(ServerProcess& server, int count) : server_(server) {
  std::cout << "seed " << seed_ << " (OPTARE_SEED=" << seed_ << " repeats it)" << std::endl;
  const std::string jwt = server_.create_api("https://jwt.example.com");
  const std::string opaque = server_.create_api("https://opaque.example.com", "opaque");
  plan_.watcher = server_.create_application("Watcher", "https://jwt.example.com");
  for (const std::string& api : {jwt, opaque}) {
    const HttpResponse allowed =
        server_.admin_call("PUT", "/apis/" + api + "/introspectors/" + plan_.watcher.client_id);
    EXPECT_TRUE(allowed.ok()) << allowed.body;
  }
  plan_.port = server_.port();
  plan_.admin_token = server_.token(server_.admin(), server_.url() + "/api/v1");
  for (int i = 0; i < count; ++i)
    lives_.push_back(std::make_unique<LifeUnderLoad>(plan_, i, seed_ + static_cast<unsigned>(i)));
}

// Should the server not come back, they end all the same.
Lives::~Lives() { end(); }

void Lives::begin() {
  for (const auto& life : lives_) running_.emplace_back([&life] { life->live(); });
}

void Lives::end() {
  plan_.end();
  running_.clear();
}

std::uint64_t Lives::answers() const {
  std::uint64_t answers = 0;
  for (const auto& life : lives_) answers += life->answers();
  return answers;
}

std::uint64_t Lives::repeated() const {
  std::uint64_t repeated = 0;
  for (const auto& life : lives_) repeated += life->repeated();
  return repeated;
}

void Lives::expect_all_that_was_acknowledged() {
  std::multiset<std::string> names{"Administrator", "Watcher"};
  std::set<std::string> ids;
  for (const auto& life : lives_) life->verify_all();
  const std::multiset<std::string> facts = facts_of(server_);
  for (const auto& life : lives_) {
    names.merge(life->living());
    ids.insert(life->issued().begin(), life->issued().end());
    for (const std::string& fact : life->facts()) EXPECT_EQ(facts.count(fact), 1U) << fact;
  }
  EXPECT_EQ(living_names(server_), names);
  EXPECT_EQ(server_.stop(), 0);
  const Ended verified = run(optare_program({"replay", "--verify", "--data", server_.data()}));
  EXPECT_EQ(verified.code, 0) << verified.out << verified.err;
  const std::multiset<std::string> exported = exported_ids(server_);
  EXPECT_GT(ids.size(), 0U);
  for (const std::string& id : ids) EXPECT_EQ(exported.count(id), 1U) << "token " << id;
  for (const std::string& id : exported) EXPECT_EQ(exported.count(id), 1U) << "token " << id;
}

}  // namespace optare
