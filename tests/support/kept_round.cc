#include "tests/support/kept_round.h"

#include <fmt/format.h>

#include <array>
#include <fstream>

#include "core/base/time.h"

namespace optare {
namespace {

// By node; in the order of Known.
using OfSecond = std::map<const ServerProcess*, std::array<int, 3>>;

void write_calls(const FleetUnderLoad& load, Steady::time_point began, std::ostream& out) {
  const auto passed = std::chrono::floor<Duration>(Steady::now() - began);
  const auto now = std::chrono::floor<Duration>(std::chrono::system_clock::now());
  out << fmt::format("second 0 is {}\n", rfc3339(now - passed));
  std::vector<OfSecond> seconds(
      static_cast<std::size_t>(std::chrono::floor<std::chrono::seconds>(passed).count()) + 1);
  for (const CallLog::Call& call : load.calls.ended_after(began)) {
    const auto second = std::chrono::floor<std::chrono::seconds>(call.answered - began).count();
    if (const auto at = static_cast<std::size_t>(second); at < seconds.size())
      ++seconds[at][call.node].at(static_cast<std::size_t>(call.done));
  }
  for (std::size_t second = 0; second < seconds.size(); ++second) {
    out << fmt::format("{:4}", second);
    for (const ServerProcess* node : load.nodes) {
      const auto& its = seconds[second][node];
      const auto count = [&](Known known) { return its.at(static_cast<std::size_t>(known)); };
      out << fmt::format("  {:5} {:5} {:3}", count(Known::yes), count(Known::no),
                         count(Known::perhaps));
    }
    out << '\n';
  }
}

}  // namespace

void keep_round(const FleetUnderLoad& load, Steady::time_point began,
                const std::filesystem::path& folder) {
  std::filesystem::create_directories(folder);
  const auto file = [&](const std::string& name) { return std::ofstream(folder / name); };
  auto calls = file("calls");
  write_calls(load, began, calls);
  for (std::size_t i = 0; i < load.nodes.size(); ++i) {
    const std::string number = std::to_string(i + 1);
    file("node-" + number) << load.nodes[i]->said();
    try {
      file("metrics-" + number) << load.nodes[i]->ops("/metrics").body;
    } catch (const std::exception&) {  // it does not run
    }
    file("broker-" + number) << file_text(load.brokers.folder() / ("node" + number) / "log");
  }
}

}  // namespace optare
