// Arrows point down: schemas <- core <- commands, projections <- api <- ops <- tests.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <set>

#include "tests/support/sources.h"

namespace optare::house {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// What each folder may include beside itself. Adapters are folders of core named after what they
// wrap; only ops and tests name them.
const std::map<std::string, std::set<std::string>> allowed{
    {"core", {"schemas"}},
    {"adapter", {"core", "schemas"}},
    {"commands", {"core", "schemas"}},
    {"projections", {"core", "schemas"}},
    {"api", {"commands", "projections", "core", "schemas"}},
    {"ops", {"api", "commands", "projections", "core", "adapter", "schemas"}},
    {"tests", {"ops", "api", "commands", "projections", "core", "adapter", "schemas"}},
};
const std::set<std::string> adapters{"core/rocksdb", "core/openssl", "core/memory", "core/kafka",
                                     "core/system_clock"};

// The one adapter that rests on another: what was read from brokers is kept in RocksDB.
bool is_the_mirror(const std::string& path, const std::string& target) {
  return path.starts_with("core/kafka/mirror.") && target.starts_with("core/rocksdb/");
}

// The room a file is in, as `allowed` names them; none for what is not ours.
std::optional<std::string> room_of(const std::string& path) {
  for (const std::string& adapter : adapters) {
    if (path.starts_with(adapter + "/")) return "adapter";
  }
  const std::string top = path.substr(0, path.find('/'));
  if (top == "schemas" || allowed.contains(top)) return top;
  return std::nullopt;
}

// The file an #include names; none for <...> and for other lines.
std::optional<std::string> included(const std::string& line) {
  constexpr std::string_view start = "#include \"";
  if (!line.starts_with(start)) return std::nullopt;
  return line.substr(start.size(), line.find('"', start.size()) - start.size());
}

std::vector<std::string> wrong_includes(const std::vector<Source>& sources) {
  std::vector<std::string> wrong;
  for (const Source& source : sources) {
    const auto from = room_of(source.path);
    for (const std::string& line : source.lines) {
      const auto target = included(line);
      if (!target) continue;
      const auto to = room_of(*target);
      if (!to && !target->starts_with("schemas/"))
        wrong.push_back(source.path + " includes " + *target + ", not from the root");
      else if (from && to && *from != *to && !allowed.at(*from).contains(*to))
        wrong.push_back(source.path + " includes " + *target);
      else if (from == "adapter" && to == "adapter" &&
               target->substr(0, target->rfind('/')) !=
                   source.path.substr(0, source.path.rfind('/')) &&
               !is_the_mirror(source.path, *target))
        wrong.push_back(source.path + " includes the adapter " + *target);
    }
  }
  return wrong;
}

TEST(IncludeDirection, HoldsInEverySource) {
  const auto sources = all_sources();
  ASSERT_GT(sources.size(), 300U) << "the sources were not found";
  EXPECT_THAT(wrong_includes(sources), IsEmpty());
}

TEST(IncludeDirection, SeesEachKindOfWrongArrow) {
  const std::vector<Source> sources{
      {"core/oauth/scope.cc", {"#include \"commands/handle.h\""}},
      {"core/log/settle.cc", {"#include \"core/openssl/digest.h\""}},
      {"commands/runner.cc", {"#include \"projections/follow.h\""}},
      {"projections/follow.cc", {"#include \"core/rocksdb/rocksdb_store.h\""}},
      {"api/services.h", {"#include \"ops/config.h\"", "#include \"core/base/result.h\""}},
      {"core/rocksdb/vault.cc", {"#include \"core/openssl/handle.h\""}},
      {"api/server/tls.cc", {"#include \"tls.h\""}},
      {"ops/main.cc", {"#include \"ops/cli/cli.h\"", "#include \"core/rocksdb/embedded_log.h\""}}};
  EXPECT_EQ(wrong_includes(sources).size(), 7U);
}

}  // namespace
}  // namespace optare::house
