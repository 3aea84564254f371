// The unit of systemd, the compose file and the image go with the program: every flag that they
// give it is one, and what it needs is there.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <yaml-cpp/yaml.h>

#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>

#include "api/server/server.h"
#include "core/kafka/issuance_forwarder.h"
#include "ops/cli/exit_code.h"
#include "tests/support/process.h"

namespace optare {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing::StartsWith;
using Words = std::vector<std::string>;

const std::filesystem::path root = OPTARE_SOURCE_DIR;

Words words_of(const std::string& text) {
  std::istringstream stream(text);
  return {std::istream_iterator<std::string>(stream), {}};
}

// Those of the flags that `optare COMMAND --help` does not know.
Words unknown_flags(const Words& command) {
  const std::string help = run(optare_program({command.front(), "--help"})).out +
                           run(optare_program({"--help"})).out;  // what every command takes
  Words unknown;
  for (const std::string& word : command) {
    if (!word.starts_with("--")) continue;
    const std::string flag = word.substr(0, word.find('='));
    if (!std::regex_search(help, std::regex("\\s" + flag + "[\\s,]"))) unknown.push_back(flag);
  }
  return unknown;
}

// What the program says of them as of its configuration; nothing is started.
Ended configuration_of(Words command) {
  command.emplace_back("--print-config");
  return run(optare_program(std::move(command)));
}

// --- the unit

// Name -> values, in order; `SystemCallFilter=` may be given twice.
std::multimap<std::string, std::string> unit() {
  std::multimap<std::string, std::string> directives;
  std::ifstream file(root / "ops/systemd/optare.service");
  for (std::string line; std::getline(file, line);) {
    const auto equals = line.find('=');
    if (line.starts_with('#') || equals == line.npos) continue;
    directives.emplace(line.substr(0, equals), line.substr(equals + 1));
  }
  return directives;
}
std::string directive(const std::string& name) {
  const auto directives = unit();
  EXPECT_EQ(directives.count(name), 1U) << name;
  const auto found = directives.find(name);
  return found == directives.end() ? "" : found->second;
}

TEST(SystemdUnit, StartsTheProgramWithFlagsThatItHas) {
  Words command = words_of(directive("ExecStart"));
  ASSERT_THAT(command, SizeIs(4));
  EXPECT_EQ(command[0], "/usr/local/bin/optare");
  command.erase(command.begin());
  EXPECT_THAT(unknown_flags(command), IsEmpty());
  EXPECT_EQ(command.back(), "/etc/optare/optare.conf");
  EXPECT_THAT(unknown_flags({"serve", "--configuration", "x"}), Contains("--configuration"));
}

TEST(SystemdUnit, HasAConfigurationThatTheProgramTakes) {
  const Ended ended =
      configuration_of({"serve", "--config", (root / "ops/systemd/optare.conf").string()});
  EXPECT_EQ(ended.code, 0) << ended.err;
  // It may write there, and only there.
  EXPECT_THAT(ended.out, StartsWith("data = \"/var/lib/" + directive("StateDirectory") + "/"));
  EXPECT_EQ(directive("ProtectSystem"), "strict");
}

TEST(SystemdUnit, WaitsForTheStopOfAServer) {
  const auto longest = ServerLimits().drain_time_max + ForwarderOptions().stop_patience;
  EXPECT_GT(std::chrono::seconds(std::stoi(directive("TimeoutStopSec"))), longest * 3 / 2);
  EXPECT_EQ(directive("KillSignal"), "SIGTERM");
}

// A wrong configuration stays wrong; brokers, a disk and an address come back.
TEST(SystemdUnit, StartsItAgainUnlessItsConfigurationIsWrong) {
  EXPECT_EQ(directive("Restart"), "on-failure");
  EXPECT_EQ(directive("RestartPreventExitStatus"), std::to_string(code_of(ExitCode::usage)));
  EXPECT_EQ(directive("StartLimitIntervalSec"), "0");
  EXPECT_EQ(configuration_of({"serve", "--listen", "nowhere"}).code, code_of(ExitCode::usage));
}

// What systemd itself says of the unit, with the program that was built.
TEST(SystemdUnit, IsOneThatSystemdTakesAndFindsClosed) {
  const TemporaryDirectory folder;
  std::string text = file_text(root / "ops/systemd/optare.service");
  const std::string program = "/usr/local/bin/optare";
  text.replace(text.find(program), program.size(), OPTARE_BINARY);
  const std::string file = folder / "optare.service";
  std::ofstream(file) << text;
  const Ended verified = run({.arguments = {"systemd-analyze", "verify", file}});
  EXPECT_EQ(verified.code, 0);
  EXPECT_EQ(verified.out + verified.err, "");
  // Of 100: what it is now. One setting that is taken away is 1 or more.
  const Ended open =
      run({.arguments = {"systemd-analyze", "security", "--offline=true", "--threshold=16", file}});
  EXPECT_EQ(open.code, 0) << open.out << open.err;
}

// --- containers

YAML::Node compose() { return YAML::LoadFile(root / "ops/compose.yaml"); }

// A member of a service, or of what is merged into it (`<<`).
YAML::Node member(const YAML::Node& service, const std::string& name) {
  if (service[name]) return service[name];
  return service["<<"] ? service["<<"][name] : YAML::Node();
}

// As compose replaces ${NAME:-default}, where nothing is set.
std::string replaced(const std::string& text) {
  return std::regex_replace(text, std::regex(R"(\$\{\w+:-([^}]*)\})"), "$1");
}

// The services that run an image, by name.
std::map<std::string, YAML::Node> services_of(const std::string& image) {
  std::map<std::string, YAML::Node> found;
  for (const auto& service : compose()["services"]) {
    const auto ran = member(service.second, "image").as<std::string>();
    if (ran.substr(0, ran.find(':')) == image)
      found.emplace(service.first.as<std::string>(), service.second);
  }
  return found;
}
Words command_of(const YAML::Node& service) {
  Words command;
  for (const auto& word : member(service, "command"))
    command.push_back(replaced(word.as<std::string>()));
  return command;
}

TEST(Compose, GivesTheProgramFlagsThatItHas) {
  const auto services = services_of("optare");
  ASSERT_THAT(services, SizeIs(4));
  for (const auto& [name, service] : services) {
    Words command = command_of(service);
    ASSERT_FALSE(command.empty()) << name;
    EXPECT_EQ(command.front(), name == "init" ? "init" : "serve");
    EXPECT_THAT(unknown_flags(command), IsEmpty()) << name;
    // `init` takes what `serve` takes, and where credentials go.
    command.front() = "serve";
    const Ended ended = configuration_of(command);
    EXPECT_EQ(ended.code, 0) << name << ": " << ended.err;
  }
  EXPECT_THAT(unknown_flags({"serve", "--brokers=a:1"}), Contains("--brokers"));
}

TEST(Compose, StartsThreeNodesThatShareAKeyAndNothingElse) {
  std::set<std::string> places;
  for (const auto& [name, service] : services_of("optare")) {
    EXPECT_EQ(member(service, "secrets")[0].as<std::string>(), "fleet.key") << name;
    EXPECT_THAT(command_of(service), Contains("--key-file=/run/secrets/fleet.key")) << name;
    for (const auto& volume : member(service, "volumes"))
      EXPECT_TRUE(places.insert(volume.as<std::string>()).second) << volume;
    if (name == "init") continue;
    EXPECT_THAT(member(service, "healthcheck")["test"].as<Words>(), Contains(HasSubstr("/readyz")));
    EXPECT_EQ(member(service, "depends_on")["init"]["condition"].as<std::string>(),
              "service_completed_successfully");
    for (const auto& port : member(service, "ports"))
      EXPECT_THAT(port.as<std::string>(), StartsWith("127.0.0.1:"))
          << "an example serves no network";
  }
  EXPECT_TRUE(compose()["secrets"]["fleet.key"]);
  for (const std::string& place : places)
    EXPECT_TRUE(compose()["volumes"].IsMap() &&
                compose()["volumes"][place.substr(0, place.find(':'))].IsDefined())
        << place;
}

TEST(Compose, StartsThreeBrokersOfTheKafkaThatTestsTake) {
  const std::string tested = file_text(root / "ops/brokers/jars.py");
  std::smatch version;
  ASSERT_TRUE(std::regex_search(tested, version, std::regex("VERSIONS = \\(\"([0-9.]+)\"")));
  const auto services = services_of("apache/kafka");
  ASSERT_THAT(services, SizeIs(3));
  std::string voters;
  std::string bootstrap;
  int number = 0;
  for (const auto& [name, service] : services) {
    EXPECT_EQ(member(service, "image").as<std::string>(), "apache/kafka:" + version[1].str());
    const YAML::Node settings = member(service, "environment");
    EXPECT_EQ(settings["KAFKA_NODE_ID"].as<int>(), ++number);
    EXPECT_EQ(settings["KAFKA_ADVERTISED_LISTENERS"].as<std::string>(),
              "PLAINTEXT://" + name + ":9092");
    const std::string comma = number > 1 ? "," : "";
    voters += fmt::format("{}{}@{}:9093", comma, number, name);
    bootstrap += fmt::format("{}{}:9092", comma, name);
    EXPECT_EQ(member(settings, "KAFKA_LOG_DIRS").as<std::string>(), "/var/lib/kafka/data");
  }
  for (const auto& [name, service] : services)
    EXPECT_EQ(
        member(member(service, "environment"), "KAFKA_CONTROLLER_QUORUM_VOTERS").as<std::string>(),
        voters);
  for (const auto& [name, service] : services_of("optare"))
    EXPECT_THAT(command_of(service), Contains("--kafka-brokers=" + bootstrap)) << name;
}

// The package that has each library that the program is linked with.
std::set<std::string> packages_needed() {
  std::set<std::string> packages;
  const Ended needed = run({.arguments = {"llvm-readelf-19", "--needed-libs", OPTARE_BINARY}});
  for (const std::string& library : words_of(needed.out)) {
    if (!library.starts_with("lib") || library.starts_with("libc.") ||
        library.starts_with("libm.") || library.starts_with("libgcc_s"))
      continue;  // of every Debian
    const Ended owner = run({.arguments = {"dpkg-query", "-S", "*-linux-gnu/" + library}});
    EXPECT_EQ(owner.code, 0) << library;
    packages.insert(owner.out.substr(0, owner.out.find(':')));
  }
  return packages;
}

TEST(Image, HasTheLibrariesThatTheProgramNeeds) {
  const std::string text = file_text(root / "ops/Dockerfile");
  const Words installed = words_of(text.substr(text.find("--no-install-recommends")));
  const auto needed = packages_needed();
  EXPECT_THAT(needed, SizeIs(testing::Ge(8U)));
  for (const std::string& package : needed) EXPECT_THAT(installed, Contains(package));
}

}  // namespace
}  // namespace optare
