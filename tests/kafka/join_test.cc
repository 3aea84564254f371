// A node that joins a deployment with a long log.
#include <gtest/gtest.h>

#include <fstream>

#include "core/log/admission.h"
#include "core/rocksdb/log_database.h"
#include "core/rocksdb/rocksdb_store.h"
#include "projections/journal.h"
#include "tests/support/fleet.h"
#include "tests/support/moving.h"

namespace optare {
namespace {

// About 10 MB.
constexpr int apis = 400;
// A node writes 1 MiB of what it fetched at a time; then its disk stands still.
constexpr int quick_bytes = 2'500'000;
constexpr int ten_minutes = 600'000;  // in milliseconds

class Join : public Moving {
 protected:
  Join() : Moving(apis) {
    const Ended moved = import(fleet.flags());
    EXPECT_EQ(moved.code, 0) << moved.out << moved.err;
    node.place.within = {"env", "LD_PRELOAD=" OPTARE_SLOW_WRITES,
                         "SLOW_WRITES_TO=" + (node.data() / "log/").string(),
                         "SLOW_WRITES_MS=" + slowness.string()};
    std::ofstream(slowness) << ten_minutes << ' ' << quick_bytes;
  }
  std::uint64_t records_in_its_copy() const {
    const RocksResources resources;
    return LogDatabase(resources, node.data() / "log", OpenMode::read_only)
        .ends()[Partition::control]
        .offset;
  }
  std::uint64_t records_applied() const {
    const RocksResources resources;
    const RocksStore view(resources, node.data() / "view", OpenMode::read_only);
    const auto head = view.get(Table::head, head_key(Partition::control));
    return head ? decode_head(*head).value().next_offset : 0;
  }

  const Fleet fleet;
  ServerProcess node;
  const std::filesystem::path slowness = node.folder() / "slowness";
};

TEST_F(Join, AppliesWhatWasFetchedWhileTheRestComesAndGoesOnAfterAKill) {
  node.launch(fleet.flags());
  wait_until("some of the log to be applied", [&] {
    try {
      return records_applied() > 0;
    } catch (const StoreFault&) {
      return false;  // its folder is not made yet
    }
  });
  node.kill();
  EXPECT_LT(records_in_its_copy(), apis);
  std::filesystem::remove(slowness);
  node.start(fleet.flags());
  expect_all_that_was(node);
  EXPECT_EQ(node.stop(), 0);
  const Ended verified = fleet.run_beside(node, {"replay", "--verify"});
  EXPECT_EQ(verified.code, 0) << verified.out << verified.err;
}

}  // namespace
}  // namespace optare
