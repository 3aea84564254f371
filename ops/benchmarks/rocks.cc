// What RocksDB alone takes in these folders, with the settings of every instance of a server: the
// time to open them, and the memory that the process then has. They are made when missing.
//
//   benchmark_rocks DIR...
#include <CLI/CLI.hpp>
#include <fstream>

#include "core/rocksdb/resources.h"
#include "ops/benchmarks/measure.h"

namespace optare {
namespace {

// As the view's; the log's is half of it.
constexpr std::size_t memtable_bytes = 8U << 20U;

std::uint64_t resident_kib() {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    std::uint64_t kib = 0;
    if (word == "VmRSS:" && status >> kib) return kib;
  }
  throw std::runtime_error("/proc/self/status does not tell VmRSS");
}

void measure(const std::vector<std::string>& folders) {
  const RocksResources resources;
  std::vector<std::unique_ptr<rocksdb::DB>> open;
  const auto start = SteadyClock::now();
  for (const std::string& folder : folders) {
    rocksdb::DB* database = nullptr;
    const auto status = rocksdb::DB::Open(resources.options(memtable_bytes), folder, &database);
    if (!status.ok()) throw std::runtime_error(status.ToString());
    open.emplace_back(database);
  }
  print_result({{"seconds", seconds_since(start)}, {"resident_kib", resident_kib()}});
}

}  // namespace
}  // namespace optare

int main(int count, char** arguments) {
  std::vector<std::string> folders;
  CLI::App app("What RocksDB alone takes");
  app.add_option("folders", folders)->required();
  CLI11_PARSE(app, count, arguments);
  try {
    optare::measure(folders);
  } catch (const std::exception& fault) {
    std::cerr << "benchmark_rocks: " << fault.what() << std::endl;
    return 1;
  }
}
