// An embedded deployment that moves into another log.
#pragma once

#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "tests/support/server_process.h"

namespace optare {

// A folder with a history, stopped and put aside, and the server that shall go on with it.
class Moving : public testing::Test {
 protected:
  Moving() : old_folder(server.folder() / "embedded") {
    server.start();
    server.create_api("https://api.example.com");
    app = server.create_application("Cron", "https://api.example.com");
    const AppSecret deleted = server.create_application("Gone", "https://api.example.com");
    token = server.token(app, "");
    revoked_token = server.token(app, "");
    EXPECT_EQ(server.post_form("/oauth2/revoke", app, {{"token", revoked_token}}).status, 200);
    EXPECT_EQ(server.admin_call("DELETE", "/applications/" + deleted.client_id).status, 200);
    renamed = rename_once();
    EXPECT_EQ(renamed.status, 200) << renamed.body;
    events = server.admin_call("GET", "/events?limit=200").body;
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
  static std::vector<std::string> items_of(const std::string& page) {
    std::vector<std::string> items;
    for (const auto& item : boost::json::parse(page).at("items").as_array())
      items.push_back(boost::json::serialize(item));
    return items;
  }

  ServerProcess server;
  const std::filesystem::path old_folder;
  AppSecret app;
  std::string token;
  std::string revoked_token;
  std::string events;
  HttpResponse renamed;
};

}  // namespace optare
