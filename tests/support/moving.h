// An embedded deployment that moves into another log.
#pragma once

#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "tests/support/server_process.h"

namespace optare {

// A folder with a history, stopped and put aside, and the server that shall go on with it.
class Moving : public testing::Test {
 protected:
  // `apis`: so many more of them, of about 25 kB each.
  explicit Moving(int apis = 0) : old_folder(server.folder() / "embedded") {
    server.start();
    for (int i = 0; i < apis; ++i) create_large_api("https://api.example.com/" + std::to_string(i));
    server.create_api("https://api.example.com");
    app = server.create_application("Cron", "https://api.example.com");
    const AppSecret deleted = server.create_application("Gone", "https://api.example.com");
    token = server.token(app, "");
    revoked_token = server.token(app, "");
    EXPECT_EQ(server.post_form("/oauth2/revoke", app, {{"token", revoked_token}}).status, 200);
    EXPECT_EQ(server.admin_call("DELETE", "/applications/" + deleted.client_id).status, 200);
    renamed = rename_once();
    EXPECT_EQ(renamed.status, 200) << renamed.body;
    before = shown_by(server);
    EXPECT_EQ(server.stop(), 0);
    std::filesystem::rename(server.data(), old_folder);
    std::filesystem::rename(server.key_file(), old_folder.string() + ".key");
  }
  HttpResponse rename_once() {
    return decided([this] {
      return server.admin_call("PATCH", "/applications/" + app.client_id, R"({"name":"Renamed"})",
                               {{"Idempotency-Key", "once"}});
    });
  }
  // `target`: flags that say into which log, besides the folder.
  Program import_program(const ServerProcess::Flags& target = {}) const {
    ServerProcess::Flags all{"log",         "import",   "--from", "embedded",
                             "--from-data", old_folder, "--data", server.data()};
    all.insert(all.end(), target.begin(), target.end());
    return optare_program(all);
  }
  Ended import(const ServerProcess::Flags& target = {}) const {
    return run(import_program(target));
  }
  Ended verified(const std::filesystem::path& data) const {
    return run(optare_program({"replay", "--verify", "--data", data}));
  }
  // What a node shows of its history, and of what that made: an item a line.
  struct Shown {
    std::vector<std::string> control;
    std::vector<std::string> tokens;
    std::vector<std::string> applications;
    std::vector<std::string> apis;
  };
  Shown shown_by(const ServerProcess& node) const {
    const std::string administrator = node.token(server.admin(), server.url() + "/api/v1");
    const auto all = [&](const std::string& list, const std::string& next) {
      return all_of(node, administrator, list, next);
    };
    return {.control = all("/events?partition=control&", "after"),
            .tokens = all("/events?partition=tokens-00&", "after"),
            .applications = all("/applications?", "cursor"),
            .apis = all("/apis?", "cursor")};
  }
  // Ordinals, versions, times and rows are what they were before the move; the seals are new.
  void expect_all_that_was(const ServerProcess& node) const {
    Shown now = shown_by(node);
    for (auto* events : {&now.control, &now.tokens}) {
      ASSERT_FALSE(events->empty());
      EXPECT_EQ(json_member(events->back(), "type"), "LogSealed");
      events->pop_back();
    }
    EXPECT_EQ(now.control, before.control);
    EXPECT_EQ(now.tokens, before.tokens);
    EXPECT_EQ(now.applications, before.applications);
    EXPECT_EQ(now.apis, before.apis);
  }

  ServerProcess server;
  const std::filesystem::path old_folder;
  AppSecret app;
  std::string token;
  std::string revoked_token;
  Shown before;
  HttpResponse renamed;

 private:
  void create_large_api(const std::string& identifier) {
    boost::json::array scopes;
    for (int i = 0; i < 100; ++i)
      scopes.push_back({{"name", "scope-" + std::to_string(i)},
                        {"description", std::string(200, static_cast<char>('a' + i % 26))}});
    const std::string body = boost::json::serialize(boost::json::object{
        {"identifier", identifier}, {"name", "A large API"}, {"scopes", std::move(scopes)}});
    const HttpResponse made = decided([&] { return server.admin_call("POST", "/apis", body); });
    if (made.status != 201) throw std::runtime_error(made.body);
  }
  // `list` ends where a query goes on; `next`: how that asks for what follows.
  static std::vector<std::string> all_of(const ServerProcess& node,
                                         const std::string& administrator, const std::string& list,
                                         const std::string& next) {
    std::vector<std::string> all;
    for (std::string more;;) {
      const auto page = decided([&] {
        return node.send("GET", "/api/v1" + list + "limit=200" + more,
                         {{"Authorization", "Bearer " + administrator}});
      });
      if (page.status != 200) throw std::runtime_error(page.body);
      const auto value = boost::json::parse(page.body);
      const auto& items = value.at("items").as_array();
      for (const auto& item : items) all.push_back(boost::json::serialize(without_last_used(item)));
      const std::string following = json_member(value, "next_cursor");
      if (items.empty() || following == "null") return all;
      more = "&" + next + "=" + following;
    }
  }
};

}  // namespace optare
