// A deployment outgrows its folder: it moves into another log, and nothing of it is lost.
#include <gtest/gtest.h>

#include <csignal>
#include <thread>

#include "core/base/encoding.h"
#include "core/rocksdb/log_database.h"
#include "tests/support/moving.h"

namespace optare {
namespace {

TEST_F(Moving, KeepsHistorySecretsTokensAndIdempotencyKeys) {
  const Ended moved = import();
  EXPECT_EQ(moved.code, 0) << moved.out << moved.err;
  EXPECT_NE(moved.out.find("the chain is the same"), std::string::npos) << moved.out;
  server.start();
  EXPECT_TRUE(server.active(app, token));
  EXPECT_FALSE(server.active(app, revoked_token));
  EXPECT_EQ(server.request_token(app, "").status, 200);
  expect_all_that_was(server);
  const HttpResponse again = rename_once();
  EXPECT_EQ(again.body, renamed.body);
  EXPECT_EQ(again.header("Idempotency-Replayed"), "true");
  EXPECT_EQ(server.admin_call("DELETE", "/applications/" + app.client_id).status, 200);
  EXPECT_FALSE(server.active(server.admin(), token));
  EXPECT_EQ(server.stop(), 0);
  const Ended compared = verified(server.data());
  EXPECT_EQ(compared.code, 0) << compared.out << compared.err;
  server.start();
  EXPECT_EQ(server.stop(), 0);
}

TEST_F(Moving, ShowsThePastAsItWasBeforeTheMove) {
  ASSERT_EQ(import().code, 0);
  const auto shown = [&](const std::string& until) {
    return run(optare_program({"replay", "--until", until, "--json", "--data", server.data(),
                               "applications", "show", app.client_id}));
  };
  EXPECT_EQ(shown(json_member(before.control.at(0), "time")).code, 3) << "not yet there";
  const Ended later = shown(json_member(before.control.back(), "time"));
  EXPECT_EQ(later.code, 0) << later.err;
  EXPECT_EQ(json_member(later.out, "name"), "Renamed");
}

TEST_F(Moving, LeavesTheOldFolderClosedUntilThatIsTakenBack) {
  ASSERT_EQ(import().code, 0);
  ServerProcess old(old_folder);
  const Ended refused = old.start_in_vain();
  EXPECT_EQ(refused.code, 1);
  EXPECT_NE(refused.err.find("was moved to " + (server.data() / "log").string()), std::string::npos)
      << refused.err;
  EXPECT_EQ(run(optare_program({"bootstrap-admin", "--data", old_folder})).code, 1);
  EXPECT_EQ(verified(old_folder).code, 0);
  std::filesystem::remove(old_folder / "moved");
  old.start();
  EXPECT_TRUE(old.active(app, token));
  EXPECT_EQ(old.stop(), 0);
}

TEST_F(Moving, HappensOnce) {
  ASSERT_EQ(import().code, 0);
  const Ended again = import();
  EXPECT_EQ(again.code, 4) << again.out << again.err;
  EXPECT_NE(again.err.find("moved here already, and sealed at position"), std::string::npos)
      << again.err;
}

TEST_F(Moving, IsRefusedWhereAnotherDeploymentLives) {
  server.start();
  EXPECT_EQ(server.stop(), 0);
  const Ended refused = import();
  EXPECT_EQ(refused.code, 1) << refused.err;
  EXPECT_NE(refused.err.find("another deployment"), std::string::npos) << refused.err;
  EXPECT_FALSE(std::filesystem::exists(old_folder / "moved"));
}

TEST_F(Moving, IsRefusedWhileTheServerRuns) {
  ServerProcess old(old_folder);
  old.start();
  const Ended locked = import();
  EXPECT_EQ(locked.code, 1) << locked.err;
  EXPECT_NE(locked.err.find("in use"), std::string::npos) << locked.err;
  EXPECT_EQ(old.stop(), 0);
}

TEST_F(Moving, RefusesWhatMakesNoSense) {
  const auto with = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"log", "import"});
    return run(optare_program(std::move(arguments))).code;
  };
  EXPECT_EQ(with({"--from", "embedded", "--from-data", old_folder, "--data", old_folder}), 2);
  EXPECT_EQ(with({"--from", "nowhere"}), 2);
  EXPECT_EQ(with({"--from", "embedded", "--from-data", server.folder() / "empty", "--data",
                  server.data()}),
            3);
}

// A crash anywhere: the same command again ends it.
TEST_F(Moving, GoesOnAfterACrash) {
  for (int crash = 0; crash < 8; ++crash) {
    Process process(import_program());
    std::this_thread::sleep_for(std::chrono::milliseconds(15 * (crash + 1)));
    process.signal(SIGKILL);
    process.wait();
    if (std::filesystem::exists(old_folder / "moved")) break;
  }
  const Ended moved = import();
  // Sealed by one that was killed a moment later, or now.
  EXPECT_TRUE(moved.code == 0 || moved.err.find("moved here already") != std::string::npos)
      << moved.err;
  server.start();
  EXPECT_TRUE(server.active(app, token));
  EXPECT_EQ(server.stop(), 0);
  const Ended compared = verified(server.data());
  EXPECT_EQ(compared.code, 0) << compared.out << compared.err;
}

// Some of the commits are there and no more: what a crash leaves.
TEST_F(Moving, IsNotServedBeforeItIsFinished) {
  ASSERT_EQ(import().code, 0);
  const RocksResources resources;
  const auto log = server.data() / "log";
  const auto ends = LogDatabase(resources, log, OpenMode::read_only).ends();
  {
    auto database = open_rocks(resources.options(1U << 20U), log, OpenMode::write, "optare log 1");
    ASSERT_TRUE(database) << database.error().text;
    for (std::uint64_t offset = 3; offset < ends.at(Partition::control).offset; ++offset) {
      std::string key;
      append_u32(key, 0);
      append_u64(key, offset);
      ASSERT_TRUE((*database)->Delete({}, key).ok());
    }
  }
  std::filesystem::remove_all(server.data() / "view");
  const Ended refused = server.start_in_vain();
  EXPECT_NE(refused.err.find("run `optare log import` again"), std::string::npos) << refused.err;
  const Ended finished = import();
  EXPECT_EQ(finished.code, 0) << finished.err;
  server.start();
  EXPECT_TRUE(server.active(app, token));
}

}  // namespace
}  // namespace optare
