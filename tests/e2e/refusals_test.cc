// What the server does not start with, and what it says then. Nothing of it may end in a fresh
// start beside old data.
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "tests/support/server_process.h"

namespace optare {
namespace {

namespace fs = std::filesystem;

void expect_refusal(const Ended& ended, int code, const std::vector<std::string>& words) {
  EXPECT_EQ(ended.code, code) << ended.err;
  EXPECT_EQ(ended.out, "") << "it never said that it listens";
  for (const std::string& word : words)
    EXPECT_NE(ended.err.find(word), std::string::npos) << word << " is not in\n" << ended.err;
}

void copy_folder(const fs::path& from, const fs::path& to) {
  fs::remove_all(to);
  fs::copy(from, to, fs::copy_options::recursive);
}

void append_commit(const ServerProcess& server) {
  const Ended made = run(optare_program({"bootstrap-admin", "--data", server.data()}));
  ASSERT_EQ(made.code, 0) << made.err;
}

// A folder that was started once; its view and its log are there and agree.
class OldFolder : public testing::Test {
 protected:
  OldFolder() {
    server.start();
    admin = server.admin();
    token = server.token(admin, server.url() + "/api/v1");
    EXPECT_EQ(server.stop(), 0);
  }
  // After the refusal nothing was changed: what made it refuse is put right, and all is there.
  void expect_the_same_as_before() {
    server.start();
    EXPECT_TRUE(server.active(admin, token));
    EXPECT_EQ(server.stop(), 0);
  }
  ServerProcess server;
  AppSecret admin;
  std::string token;
};

TEST_F(OldFolder, IsNotOpenedWithAnotherKey) {
  const fs::path wrong = server.folder() / "wrong.key";
  fs::copy_file(server.key_file(), wrong);
  std::ofstream(wrong) << std::string(32, 'x');
  expect_refusal(server.start_in_vain({"--key-file", wrong}), 1,
                 {"the key file does not open", "--key-file"});
  expect_the_same_as_before();
}

TEST_F(OldFolder, IsNotOpenedWithoutItsKeyAndNoOtherIsMade) {
  const fs::path aside = server.folder() / "aside.key";
  fs::rename(server.key_file(), aside);
  expect_refusal(server.start_in_vain(), 1, {server.key_file().string(), "is not there"});
  EXPECT_FALSE(fs::exists(server.key_file()));
  fs::rename(aside, server.key_file());
  expect_the_same_as_before();
}

TEST_F(OldFolder, IsNotOpenedWithAKeyThatOthersRead) {
  fs::permissions(server.key_file(), fs::perms::others_read, fs::perm_options::add);
  expect_refusal(server.start_in_vain(), 1, {"chmod 600"});
  fs::permissions(server.key_file(), fs::perms::others_read, fs::perm_options::remove);
  expect_the_same_as_before();
}

TEST_F(OldFolder, KeepsItsIssuer) {
  expect_refusal(server.start_in_vain({"--issuer", "https://other.example.com"}), 2,
                 {"this deployment's issuer is " + server.url(), "https://other.example.com"});
  expect_the_same_as_before();
}

TEST_F(OldFolder, IsForOneProcessAtATime) {
  server.start();
  ServerProcess second(server.data());
  expect_refusal(second.start_in_vain({"--issuer", server.url()}), 1,
                 {"is in use by another process"});
  for (const std::vector<std::string>& command :
       {std::vector<std::string>{"bootstrap-admin"}, {"projections", "rebuild"}, {"init"}}) {
    auto arguments = command;
    arguments.insert(arguments.end(), {"--data", server.data()});
    expect_refusal(run(optare_program(arguments)), 1, {"is in use by another process"});
  }
  EXPECT_TRUE(server.active(admin, token)) << "the first one goes on";
}

TEST_F(OldFolder, IsNotBegunAnewWithoutItsLog) {
  for (const bool emptied : {false, true}) {
    const fs::path log = server.data() / "log";
    const fs::path aside = server.folder() / "log";
    fs::rename(log, aside);
    if (emptied) fs::create_directory(log);
    expect_refusal(server.start_in_vain(), 1, {"the log lost its end", "Restore the log"});
    expect_refusal(server.start_in_vain(), 1, {"the log lost its end", "Restore the log"});
    fs::remove_all(log);
    fs::rename(aside, log);
    expect_the_same_as_before();
  }
}

TEST_F(OldFolder, IsNotBegunAnewWithoutItsLogAndItsView) {
  const std::string credentials = file_text(server.data() / "admin.json");
  for (const char* part : {"log", "view"}) fs::rename(server.data() / part, server.folder() / part);
  expect_refusal(server.start_in_vain(), 1, {"log does not hold", "restore it from a back-up"});
  EXPECT_EQ(file_text(server.data() / "admin.json"), credentials);
  for (const char* part : {"log", "view"}) {
    fs::remove_all(server.data() / part);
    fs::rename(server.folder() / part, server.data() / part);
  }
  expect_the_same_as_before();
}

TEST_F(OldFolder, NoticesAnOldCopyOfItsLog) {
  const fs::path log = server.data() / "log";
  const fs::path aside = server.folder() / "log";
  copy_folder(log, server.folder() / "old");
  append_commit(server);
  fs::rename(log, aside);
  copy_folder(server.folder() / "old", log);
  expect_refusal(server.start_in_vain(), 1, {"the log lost its end", "Restore the log"});
  fs::remove_all(log);
  fs::rename(aside, log);
  expect_the_same_as_before();
}

// An old copy that went on by itself: as long as the right one, with another end.
TEST_F(OldFolder, NoticesALogWithAnotherEnd) {
  const fs::path log = server.data() / "log";
  const fs::path aside = server.folder() / "log";
  const fs::path twin = server.folder() / "twin";
  copy_folder(server.data(), twin);
  append_commit(server);
  ASSERT_EQ(
      run(optare_program({"bootstrap-admin", "--data", twin, "--key-file", server.key_file()}))
          .code,
      0);
  fs::rename(log, aside);
  copy_folder(twin / "log", log);
  expect_refusal(server.start_in_vain(), 1, {"the log has another history", "Restore the log"});
  fs::remove_all(log);
  fs::rename(aside, log);
  expect_the_same_as_before();
}

TEST_F(OldFolder, IsNotOpenedWithoutItsVault) {
  const fs::path aside = server.folder() / "vault";
  fs::rename(server.data() / "vault", aside);
  expect_refusal(server.start_in_vain(), 1,
                 {"vault is missing", "Restore the folder", "--log kafka"});
  expect_refusal(run(optare_program({"replay", "--verify", "--data", server.data()})), 3,
                 {"has no vault", "--log kafka", "restore"});
  EXPECT_FALSE(fs::exists(server.data() / "vault" / "CURRENT")) << "no other one is made";
  fs::remove_all(server.data() / "vault");
  fs::rename(aside, server.data() / "vault");
  expect_the_same_as_before();
}

TEST_F(OldFolder, DoesNotTakeTheLogOfAnotherDeployment) {
  ServerProcess other;
  other.start();
  EXPECT_EQ(other.stop(), 0);
  const fs::path log = server.data() / "log";
  fs::rename(log, server.folder() / "log");
  copy_folder(other.data() / "log", log);
  expect_refusal(server.start_in_vain(), 1, {"another history"});
  fs::rename(server.data() / "view", server.folder() / "view");  // which knew its own log
  expect_refusal(server.start_in_vain(), 1, {"does not hold the log that this folder belongs to"});
  for (const char* part : {"log", "view"}) {
    fs::remove_all(server.data() / part);
    fs::rename(server.folder() / part, server.data() / part);
  }
  expect_the_same_as_before();
}

TEST_F(OldFolder, IsRebuiltWithoutItsView) {
  fs::remove_all(server.data() / "view");
  expect_the_same_as_before();
}

TEST(Listening, IsRefusedWhereAnotherListens) {
  ServerProcess first;
  first.start();
  TemporaryDirectory folder;
  const auto serve = [&](const std::string& listen, const std::string& ops) {
    return run(optare_program(
        {"serve", "--data", folder / "data", "--listen", listen, "--ops-listen", ops}));
  };
  expect_refusal(serve(first.address(), "127.0.0.1:0"), 6,
                 {"cannot listen on " + first.address(), "in use", "--listen"});
  expect_refusal(serve("127.0.0.1:0", first.ops_address()), 6,
                 {"cannot listen on " + first.ops_address(), "in use", "--ops-listen"});
  EXPECT_EQ(first.get("/oauth2/jwks").status, 200) << "the first one goes on";
}

// Root writes where it likes, unless the file system is mounted for reading.
Ended run_with_read_only(const fs::path& folder, const Program& program) {
  if (::geteuid() != 0) {
    fs::permissions(folder, fs::perms::owner_read | fs::perms::owner_exec);
    Ended ended = run(program);
    fs::permissions(folder, fs::perms::owner_all);
    return ended;
  }
  Program mounted{.arguments = {"unshare", "-m", "bash", "-c",
                                "mount --bind \"$1\" \"$1\" && mount -o remount,ro,bind \"$1\" && "
                                "shift && exec \"$@\"",
                                "bash", folder}};
  mounted.arguments.insert(mounted.arguments.end(), program.arguments.begin(),
                           program.arguments.end());
  return run(mounted);
}

TEST(ReadOnlyFolder, IsRefusedAtAFirstStart) {
  TemporaryDirectory folder;
  expect_refusal(run_with_read_only(folder.path(),
                                    optare_program({"serve", "--data", folder / "data", "--listen",
                                                    "127.0.0.1:0", "--ops-listen", "127.0.0.1:0",
                                                    "--issuer", "http://127.0.0.1:1"})),
                 1, {folder / "data", "cannot be made"});
}

TEST_F(OldFolder, IsNotServedWhenItCannotBeWritten) {
  const Ended ended = run_with_read_only(server.data(), optare_program(server.base_flags()));
  EXPECT_EQ(ended.code, 1) << ended.err;
  EXPECT_NE(ended.err.find(server.data()), std::string::npos) << ended.err;
  EXPECT_EQ(ended.err.find("in use"), std::string::npos) << ended.err;
  expect_the_same_as_before();
}

TEST(NothingThere, IsSaidByEveryCommandThatNeedsAFolder) {
  TemporaryDirectory folder;
  for (const std::vector<std::string>& command : {std::vector<std::string>{"bootstrap-admin"},
                                                  {"projections", "rebuild"},
                                                  {"events", "export", "--issuance"},
                                                  {"replay", "--verify"}}) {
    auto arguments = command;
    arguments.insert(arguments.end(), {"--data", folder / "data"});
    expect_refusal(run(optare_program(arguments)), 3, {"holds no Optare", "--data"});
    EXPECT_FALSE(fs::exists(folder / "data")) << command.front();
  }
}

}  // namespace
}  // namespace optare
