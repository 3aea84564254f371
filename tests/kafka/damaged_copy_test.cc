// A node's copy of the topics (log/) that was damaged, or is older or newer than its view. The
// topics hold all of it: the node fetches it again by itself, or says how to have it fetched; then
// it has what a fresh node has.
#include <gmock/gmock.h>

#include <algorithm>
#include <fstream>
#include <functional>

#include "core/base/encoding.h"
#include "projections/journal.h"
#include "tests/support/fleet.h"
#include "tests/support/view_rows.h"

namespace optare {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

const std::string api = "https://api.example.com";

void copy_folder(const fs::path& from, const fs::path& to) {
  fs::remove_all(to);
  fs::copy(from, to, fs::copy_options::recursive);
}
void cut(const fs::path& path, std::uintmax_t bytes) {
  fs::resize_file(path, fs::file_size(path) - bytes);
}
void flip_in_the_middle(const fs::path& path) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  const auto at = static_cast<std::streamoff>(fs::file_size(path) / 2);
  file.seekg(at);
  const int byte = file.get();
  file.seekp(at);
  file.put(static_cast<char>(byte ^ 1));
}

// A node that was stopped, with a history in several files, and what a fresh node makes of it.
class FleetDamagedCopy : public testing::Test {
 protected:
  struct Damage {
    std::string what;
    std::function<void()> done;
  };

  FleetDamagedCopy() {
    const AppSecret app = fleet.create(a, api, fleet.admin().client_id);
    dead = a.token(app, api);
    EXPECT_EQ(decided([&] { return a.post_form("/oauth2/revoke", app, {{"token", dead}}); }).status,
              200);
    living = a.token(app, api);
    EXPECT_EQ(a.stop(), 0);
    copy_folder(a.data(), older);
    a.start(fleet.flags());
    const AppSecret gone = fleet.create(a, "https://gone.example.com");
    EXPECT_EQ(fleet.call(a, "DELETE", "/applications/" + gone.client_id).status, 200);
    EXPECT_EQ(a.stop(), 0);
    a.start(fleet.flags());  // which brings what it has into a table
    fleet.create(a, "https://last.example.com");
    EXPECT_EQ(a.stop(), 0);
    copy_folder(a.data(), sound);
    ServerProcess fresh;
    fresh.start(fleet.flags());
    EXPECT_EQ(fresh.stop(), 0);
    rows = rows_in(fresh.data() / "view");
    EXPECT_GT(rows.size(), 20U);
  }
  fs::path log() const { return a.data() / "log"; }
  static std::vector<fs::path> files(const std::string& named, const fs::path& folder) {
    std::vector<fs::path> found;
    for (const auto& entry : fs::directory_iterator(folder))
      if (entry.path().filename().string().contains(named)) found.push_back(entry.path());
    if (found.empty()) throw std::runtime_error("no file is named " + named);
    std::ranges::sort(found);
    return found;
  }
  static fs::path newest(const std::string& named, const fs::path& folder) {
    return files(named, folder).back();
  }
  fs::path newest(const std::string& named) const { return newest(named, log()); }
  fs::path oldest(const std::string& named) const { return files(named, log()).front(); }
  void hurt(const Damage& damage) const {
    copy_folder(sound, a.data());
    damage.done();
  }
  // Where the commit of that ordinal stands in the log.
  std::uint64_t commit_at(std::uint64_t ordinal) const {
    const RocksResources resources;
    const RocksStore view(resources, sound / "view", OpenMode::read_only);
    return journal_entry(view, Partition::control, ordinal).value().offset;
  }
  void lose(std::uint64_t offset) const {
    std::string key;
    append_u32(key, static_cast<std::uint32_t>(Partition::control));
    append_u64(key, offset);
    const RocksResources resources;
    rocksdb::DB* opened = nullptr;
    ASSERT_TRUE(rocksdb::DB::Open(resources.options(1U << 20U), log().string(), &opened).ok());
    const std::unique_ptr<rocksdb::DB> db(opened);
    std::string record;
    ASSERT_TRUE(db->Get({}, key, &record).ok());
    ASSERT_TRUE(db->Delete({}, key).ok());
  }
  Ended verified() const { return fleet.run_beside(a, {"replay", "--verify"}); }
  // It starts, and lacks nothing.
  void expect_all(const std::string& after) {
    SCOPED_TRACE(after);
    a.start(fleet.flags());
    EXPECT_TRUE(a.active(fleet.admin(), living));
    EXPECT_FALSE(a.active(fleet.admin(), dead));
    EXPECT_EQ(fleet.call(a, "GET", "/events").status, 200);
    EXPECT_EQ(a.stop(), 0);
    EXPECT_TRUE(rows_in(a.data() / "view") == rows);
    const Ended compared = verified();
    EXPECT_EQ(compared.code, 0) << compared.out << compared.err;
  }
  template <class Matcher>
  void expect_refused(const Matcher& says) {
    const Ended refused = a.start_in_vain(fleet.flags());
    EXPECT_EQ(refused.code, 1);
    EXPECT_THAT(refused.err, says);
  }
  auto says_what_to_do() const {
    return AllOf(HasSubstr(log().string()),
                 HasSubstr("this node's copy of the topics: delete it while the node is stopped"),
                 Not(HasSubstr("back-up")));
  }

  TwoNodes nodes;
  const Fleet& fleet = nodes.fleet;
  ServerProcess& a = nodes.a;
  const fs::path older = fleet.folder() / "older";
  const fs::path sound = fleet.folder() / "sound";
  std::string living;
  std::string dead;
  ViewRows rows;
};

TEST_F(FleetDamagedCopy, OfWhichTheEndIsLostIsFetchedAgain) {
  const std::vector<Damage> damages{
      {"half of what was written last",
       [&] { cut(newest(".log"), fs::file_size(newest(".log")) / 2); }},
      {"a byte of it is another", [&] { flip_in_the_middle(newest(".log")); }},
      {"all of it", [&] { fs::remove(newest(".log")); }},
      {"it is from before the view", [&] { copy_folder(older / "log", log()); }},
      {"there is none", [&] { fs::remove_all(log()); }},
      {"there is none, nor a view",
       [&] {
         fs::remove_all(log());
         fs::remove_all(a.data() / "view");
       }},
  };
  for (const Damage& damage : damages) {
    hurt(damage);
    expect_all(damage.what);
  }
}

TEST_F(FleetDamagedCopy, ThatIsNewerThanTheViewIsApplied) {
  hurt({"an old view", [&] { copy_folder(older / "view", a.data() / "view"); }});
  EXPECT_FALSE(rows_in(a.data() / "view") == rows);
  expect_all("an old view");
}

TEST_F(FleetDamagedCopy, ThatCannotBeReadIsRefused) {
  const std::vector<Damage> damages{
      {"MANIFEST is gone", [&] { fs::remove(newest("MANIFEST")); }},
      {"a byte of MANIFEST is another", [&] { flip_in_the_middle(newest("MANIFEST")); }},
      {"CURRENT is gone", [&] { fs::remove(log() / "CURRENT"); }},
      {"CURRENT is empty", [&] { fs::resize_file(log() / "CURRENT", 0); }},
      {"a table is gone", [&] { fs::remove(oldest(".sst")); }},
      {"a table ends early", [&] { cut(oldest(".sst"), 100); }},
      {"a byte of a record is another", [&] { flip_in_the_middle(newest(".sst")); }},
  };
  for (const Damage& damage : damages) {
    SCOPED_TRACE(damage.what);
    hurt(damage);
    expect_refused(says_what_to_do());
  }
  fs::remove_all(log());
  expect_all("it was deleted");
}

TEST_F(FleetDamagedCopy, BesideADamagedViewIsWhatThatIsMadeOf) {
  const fs::path view = a.data() / "view";
  for (const char* part : {"CURRENT", "MANIFEST", ".sst"}) {
    SCOPED_TRACE(part);
    copy_folder(sound, a.data());
    flip_in_the_middle(newest(part, view));
    expect_refused(AllOf(HasSubstr(view.string()),
                         HasSubstr("made of the log: delete it while the server is")));
  }
  fs::remove_all(view);
  expect_all("it was deleted");
}

// As where a table was forgotten, and what was written later is there.
TEST_F(FleetDamagedCopy, WithAGapServesWhatItsViewHoldsAndSaysWhatItLacks) {
  const Damage damage{"a record is missing", [&] { lose(commit_at(3)); }};
  hurt(damage);
  a.start(fleet.flags());
  EXPECT_TRUE(a.active(fleet.admin(), living));
  EXPECT_FALSE(a.active(fleet.admin(), dead));
  EXPECT_EQ(fleet.call(a, "GET", "/applications").status, 200);
  const std::string token = a.token(fleet.admin(), fleet.audience());
  wait_until("it to say what it lacks", [&] {
    return a.send("GET", "/api/v1/events", {{"Authorization", "Bearer " + token}}).status == 503 &&
           a.process().err().contains("is missing");
  });
  EXPECT_THAT(a.process().err(), says_what_to_do());
  EXPECT_EQ(a.stop(), 0);
  EXPECT_TRUE(rows_in(a.data() / "view") == rows);
  const Ended compared = verified();
  EXPECT_EQ(compared.code, 1);
  EXPECT_THAT(compared.err, says_what_to_do());

  hurt(damage);
  fs::remove_all(a.data() / "view");
  expect_refused(says_what_to_do());
  fs::remove_all(log());
  expect_all("it was deleted");
}

TEST_F(FleetDamagedCopy, DeletedBeneathTheNodeIsFetchedAgainAtTheNextStart) {
  a.start(fleet.flags());
  for (const fs::path& file : files("", log())) fs::remove(file);
  const AppSecret app = fleet.create(a, "https://late.example.com");
  EXPECT_NE(nodes.b.token(app, "https://late.example.com"), "");
  EXPECT_TRUE(a.active(fleet.admin(), living));
  EXPECT_EQ(a.stop(), 0);
  EXPECT_EQ(nodes.b.stop(), 0);
  rows = rows_in(nodes.b.data() / "view");
  expect_all("its files were deleted");
}

}  // namespace
}  // namespace optare
