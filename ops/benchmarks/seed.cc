// Makes a data folder with many applications, through the same commands as the admin API, with many
// in flight at once. Writes the credentials that load needs; prints what it made and how fast.
//
//   benchmark_seed --data DIR [--kafka-brokers LIST --kafka-topic-prefix P --key-file FILE]
//                  --applications N --credentials FILE [--format jwt|opaque]
#include <CLI/CLI.hpp>
#include <boost/asio/detached.hpp>

#include "commands/api/allow_introspector.h"
#include "ops/benchmarks/deployment.h"
#include "ops/benchmarks/place.h"

namespace optare {
namespace {

struct Order {
  Config place = {};
  std::filesystem::path credentials;
  std::size_t applications = 1'000;
  std::size_t credentials_max = 10'000;  // written to the file
  std::size_t in_flight = 8'000;
  std::string format = "jwt";
  std::string issuer = "https://login.example.com";
  std::string audience = "https://orders.example.com";
};

struct Seeding {
  const Order& order;
  Deployment& deployment;
  ApiId api;
  std::size_t next = 0;
  std::size_t done = 0;
  boost::json::array credentials = {};
};

Task<> create_applications(Seeding& seeding) {
  while (seeding.next < seeding.order.applications) {
    const std::string name = fmt::format("Application {}", ++seeding.next);
    auto [command, credentials] = seeding.deployment.new_application(name, seeding.api);
    must(co_await handle(seeding.deployment.node().runner, std::move(command),
                         seeding.deployment.origin()));
    if (seeding.credentials.size() < seeding.order.credentials_max)
      seeding.credentials.push_back(credentials.json());
    ++seeding.done;
    seeding.deployment.progress().report("creating applications", "applications", seeding.done,
                                         seeding.order.applications);
  }
}

// The resource server of the API: it may introspect everybody's tokens.
Credentials create_introspector(Deployment& deployment, const ApiId& api) {
  auto [command, credentials] = deployment.new_application("Orders", api);
  AllowIntrospector allow;
  allow.api = api;
  allow.client = command.client;
  deployment.run(std::move(command));
  deployment.run(std::move(allow));
  return credentials;
}

void seed(const Order& order) {
  const auto began = SteadyClock::now();
  Deployment deployment(order.place, order.issuer);
  const auto format = order.format == "opaque" ? TokenFormat::opaque : TokenFormat::jwt;
  Seeding seeding{order, deployment, deployment.register_api(order.audience, format)};
  const Credentials introspector = create_introspector(deployment, seeding.api);

  boost::asio::io_context context;
  const auto start = SteadyClock::now();
  for (std::size_t i = 0; i < std::min(order.in_flight, order.applications); ++i) {
    boost::asio::co_spawn(context, create_applications(seeding), [](const std::exception_ptr& e) {
      if (e) std::rethrow_exception(e);
    });
  }
  context.run();
  const double seconds = seconds_since(start);

  std::ofstream file(order.credentials);
  file << boost::json::object{{"issuer", order.issuer},
                              {"audience", order.audience},
                              {"api_id", seeding.api.text()},
                              {"introspector", introspector.json()},
                              {"applications", std::move(seeding.credentials)}};
  if (!file.flush()) throw std::runtime_error("cannot write " + order.credentials.string());
  print_result({{"applications", order.applications},
                {"in_flight", order.in_flight},
                {"seconds", seconds},
                {"commits_per_second", static_cast<double>(order.applications) / seconds},
                {"seconds_in_all", seconds_since(began)}});
}

}  // namespace
}  // namespace optare

int main(int count, char** arguments) {
  optare::Order order;
  CLI::App app("Makes a data folder with many applications");
  optare::add_place(app, order.place);
  app.add_option("--credentials", order.credentials)->required();
  app.add_option("--applications", order.applications);
  app.add_option("--credentials-max", order.credentials_max);
  app.add_option("--in-flight", order.in_flight)->check(CLI::Range(1, 10'000));
  app.add_option("--format", order.format)->check(CLI::IsMember({"jwt", "opaque"}));
  app.add_option("--issuer", order.issuer);
  app.add_option("--audience", order.audience);
  CLI11_PARSE(app, count, arguments);
  try {
    optare::seed(order);
  } catch (const std::exception& fault) {
    std::cerr << "benchmark_seed: " << fault.what() << std::endl;
    return 1;
  }
}
