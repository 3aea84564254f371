// README's commands are run, and print what stands there; other commands that documents name exist.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <regex>

#include "tests/support/document.h"
#include "tests/support/server_process.h"
#include "tests/support/sources.h"

namespace optare {
namespace {

namespace fs = std::filesystem;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

const fs::path root = OPTARE_SOURCE_DIR;
const fs::path program = OPTARE_BINARY;

std::string readme() { return file_text(root / "README.md"); }

// Where the documents' server listens, and where they were written.
constexpr const char* documented_address = "127.0.0.1:8080";
constexpr const char* documented_ops_address = "127.0.0.1:9090";
constexpr const char* documented_root = "/home/you/optare";

// A step of the story with what it really printed.
struct Told {
  DocumentStep step;
  std::string printed;
};

// A server of its own, and a shell as README sets it up.
class Story {
 public:
  Story() { server_.start(); }

  std::vector<Told> run_all(const std::string& document) {
    std::vector<Told> told;
    for (const DocumentBlock& block : blocks_of(document)) {
      if (block.language != "console") continue;
      for (DocumentStep& step : steps_of(block)) {
        std::string printed = run_one(step.command);
        told.push_back({std::move(step), std::move(printed)});
      }
    }
    return told;
  }

 private:
  std::string run_one(const std::string& command) {
    Program shell{
        .arguments = {"bash", "-c", replaced(command, documented_address, server_.address())}};
    shell.folder = server_.data().parent_path();
    shell.environment = {{"OPTARE_CREDENTIALS", server_.data() / "admin.json"},
                         {"PATH", program.parent_path().string() + ':' + ::getenv("PATH")}};
    shell.environment.insert(shell.environment.end(), variables_.begin(), variables_.end());
    const Ended ended = run_unshed(shell);
    const std::string printed =
        replaced(ended.out + ended.err, server_.address(), documented_address);
    remember(printed);
    return printed + (printed.ends_with('\n') ? "" : "\n");
  }

  // What a reader would put into the variables that the commands use.
  void remember(const std::string& printed) {
    static const std::regex member(
        "(^|\\n|\")(client_id|client_secret|access_token)(\":\"| +)([^\\s\"]+)");
    for (std::sregex_iterator at(printed.begin(), printed.end(), member), end; at != end; ++at) {
      const std::string name = (*at)[2];
      variables_[name == "access_token" ? "TOKEN"
                 : name == "client_id"  ? "CLIENT_ID"
                                        : "CLIENT_SECRET"] = (*at)[4];
    }
  }

  ServerProcess server_;
  std::map<std::string, std::string> variables_;
};

// The commands that did not print what stands there, with both.
std::vector<std::string> differences(const std::vector<Told>& told) {
  Shapes documented, real;
  std::vector<std::string> found;
  for (const Told& one : told) {
    const std::string expected = documented.of(one.step.printed), got = real.of(one.printed);
    if (expected != got)
      found.push_back(fmt::format("{}\n--- stands there:\n{}--- printed:\n{}", one.step.command,
                                  expected, got));
  }
  return found;
}

TEST(Readme, ShowsWhatItsCommandsPrint) {
  const auto told = Story().run_all(readme());
  EXPECT_THAT(told, SizeIs(testing::Ge(9U)));
  EXPECT_THAT(differences(told), IsEmpty());
}

struct Change {
  const char* from;
  const char* to;
  const char* command;  // that is then found
};

TEST(Readme, IsFoundWrongWhenACommandIs) {
  // Each at a command that no later one needs, so that one run shows all.
  const std::vector<Change> changes{
      {"applications rotate-secret $CLIENT_ID", "applications rotate $CLIENT_ID", "rotate $"},
      {"introspect $TOKEN", "introspect --tokens $TOKEN", "introspect --tokens"},
      {"/oauth2/introspect", "/oauth2/introspection", "/oauth2/introspection"},
      {"replay --verify", "replay --check", "replay --check"},
      {"--until 4 --json applications", "--at 4 --json applications", "replay --at"},
  };
  std::string document = readme();
  for (const Change& change : changes) {
    ASSERT_THAT(document, HasSubstr(change.from));
    document = replaced(document, change.from, change.to);
  }
  const auto found = differences(Story().run_all(document));
  for (const Change& change : changes)
    EXPECT_THAT(found, Contains(HasSubstr(std::string(change.command)))) << change.to;
}

TEST(Readme, IsFoundWrongWhenAnOutputIs) {
  const std::vector<Told> told = Story().run_all(readme());
  for (const auto& [from, to] : std::vector<std::pair<std::string, std::string>>{
           {"token_format  ", "format  "},
           {"name                    Orders", "name                    Orders2"},
           {"client_secret  sk_", "client_secret  sk"},
           {"\"expires_in\":3600", "\"expires_in\":3601"},
           {"\"active\":true", "\"active\":false"},
           {",\"aud\":\"https://api.myapp.com\"", ""},
           {"previous_secret_expires_at", "previous_secret_ends_at"},
           {"active  false", "active  true"},
           {"(5 commits, 0 void)", "(5 commits, 1 void)"},
           {"\"deleted_at\":null,", ""},
           {"\"status\":\"active\"", "\"status\":\"gone\""}}) {
    std::vector<Told> altered = told;
    for (Told& one : altered) one.step.printed = replaced(one.step.printed, from, to);
    EXPECT_THAT(differences(altered), testing::Not(IsEmpty())) << from;
  }
  // Another id than before, where the same stands in the document.
  std::vector<Told> altered = told;
  std::string& last = altered.back().step.printed;
  ASSERT_THAT(last, HasSubstr("\"client_id\":\"srv_"));
  last.replace(last.find("srv_") + 4, 22, std::string(22, '0'));
  EXPECT_THAT(differences(altered), SizeIs(1));
}

// What `serve` says in a folder of its own, as if it stood where README's does.
std::string welcome() {
  TemporaryDirectory folder;
  const FreePort port, ops_port;
  const std::string address = fmt::format("127.0.0.1:{}", port.number());
  const std::string ops_address = fmt::format("127.0.0.1:{}", ops_port.number());
  Program serve = optare_program({"serve", "--listen", address, "--ops-listen", ops_address});
  serve.folder = folder.path();
  Process server(serve);
  wait_until("the last line", [&] { return server.out().find("Ctrl-C") != std::string::npos; });
  std::string said = replaced(server.out(), address, documented_address);
  said = replaced(said, ops_address, documented_ops_address);
  said = replaced(said, program.string(), documented_root + std::string("/build/release/optare"));
  return replaced(said, folder.path().string(), documented_root);
}

DocumentStep text_step(const std::string& command) {
  for (const DocumentBlock& block : blocks_of(readme())) {
    for (DocumentStep& step : steps_of(block)) {
      if (block.language == "text" && step.command == command) return step;
    }
  }
  return {};
}

TEST(Readme, ShowsWhatRunSays) {
  const DocumentStep step = text_step("ops/run");
  EXPECT_EQ(step.printed, welcome());
}

TEST(Readme, ShowsEverySuiteOfTheTestRun) {
  const std::string printed = text_step("ops/test").printed;
  static const std::regex suite("(\\w+) += +\\d+[.]\\d\\d sec\\*proc \\(\\d+ tests?\\)");
  std::vector<std::string> shown;
  for (std::sregex_iterator at(printed.begin(), printed.end(), suite), end; at != end; ++at)
    shown.push_back((*at)[1]);
  EXPECT_EQ(shown, house::split_lines(file_text(program.parent_path() / "tests" / "labels.txt")));
  const std::string script = file_text(root / "ops/test");
  static const std::regex said("== ops/test, \\d+ s: ([^\\n:]+)");
  int lines = 0;
  for (std::sregex_iterator at(printed.begin(), printed.end(), said), end; at != end; ++at, ++lines)
    EXPECT_THAT(script, HasSubstr("say \"" + (*at)[1].str()));
  EXPECT_GT(lines, 2);
}

std::string help_of(std::vector<std::string> command) {
  command.emplace_back("--help");
  return run(optare_program(std::move(command))).out;
}

// Why the command as a document names it is wrong; empty when it is right. Nothing is done: each of
// its words has to stand in the help of what is before it.
std::string fault_of(const std::string& span) {
  std::istringstream words(span.substr(0, span.find('|')));
  std::vector<std::string> command;
  std::string help = help_of(command);
  std::string word;
  for (words >> word; words >> word;) {  // the first is `optare`
    const bool option = word.starts_with("--");
    if (word.find_first_not_of("abcdefghijklmnopqrstuvwxyz-") != word.npos) continue;
    if (!std::regex_search(help, std::regex("(^|[^a-z-])" + word + "([^a-z-]|$)")))
      return span + ": there is no " + word;
    if (option) continue;
    command.push_back(word);
    help = help_of(command);
  }
  return {};
}

TEST(Documents, NameCommandsThatExist) {
  std::set<std::string> spans;
  for (const char* document : {"README.md", "ops/README.md", "ARCHITECTURE.md", "CONTRIBUTING.md",
                               "SECURITY.md", "CHANGELOG.md", "ops/benchmarks/README.md"})
    spans.merge(spans_of(file_text(root / document), "optare "));
  EXPECT_THAT(spans, SizeIs(testing::Ge(6U)));
  for (const std::string& span : spans) EXPECT_EQ(fault_of(span), "");
  EXPECT_NE(fault_of("optare replay --verify-all"), "");
  EXPECT_NE(fault_of("optare projections remake"), "");
}

TEST(Documents, NameScriptsThatExist) {
  std::set<std::string> spans;
  for (const char* document : {"README.md", "ops/README.md", "CONTRIBUTING.md"})
    spans.merge(spans_of(file_text(root / document), "ops/"));
  EXPECT_THAT(spans, SizeIs(testing::Ge(8U)));
  for (const std::string& span : spans)
    EXPECT_TRUE(fs::exists(root / span.substr(0, span.find(' ')))) << span;
}

// Those of the commands that do not end with 0, with what they said.
std::map<std::string, std::string> failing(const std::set<std::string>& commands,
                                           const ServerProcess& server) {
  std::map<std::string, std::string> failed;
  for (const std::string& command : commands) {
    Program shell{.arguments = {"bash", "-c", command.substr(0, command.find('|'))}};
    shell.folder = server.data().parent_path();
    shell.environment = {{"PATH", program.parent_path().string() + ':' + ::getenv("PATH")}};
    const Ended ended = run(shell);
    if (ended.code != 0) failed[command] = ended.err;
  }
  return failed;
}

// Some want a server, some want it stopped.
TEST(OperatingGuide, ShowsCommandsThatRun) {
  std::set<std::string> commands = spans_of(file_text(root / "ops/README.md"), "optare ");
  static const std::regex placeholder("(^| )[A-Z]+( |$)");
  std::erase_if(commands, [](const auto& text) { return std::regex_search(text, placeholder); });
  EXPECT_THAT(commands, SizeIs(testing::Ge(6U)));
  ServerProcess server;
  server.start();
  std::set<std::string> rest;
  for (const auto& [command, said] : failing(commands, server)) rest.insert(command);
  EXPECT_LT(rest.size(), commands.size() / 2);
  EXPECT_EQ(server.stop(), 0);
  EXPECT_THAT(failing(rest, server), IsEmpty());
}

TEST(Demo, HoldsAtEachStep) {
  const Ended ended = run({.arguments = {root / "ops/demo", program}});
  EXPECT_EQ(ended.code, 0) << ended.out << ended.err;
  EXPECT_THAT(ended.out, HasSubstr("steps hold."));
}

// A program that says of every token that it is alive.
TEST(Demo, FailsWhenAStepDoesNotHold) {
  TemporaryDirectory folder;
  const fs::path wrong = folder / "optare";
  std::ofstream(wrong) << "#!/bin/bash\n[[ $1 == introspect ]] || exec " << program.string()
                       << " \"$@\"\necho '{\"active\":true}'\n";
  fs::permissions(wrong, fs::perms::owner_all);
  const Ended ended = run({.arguments = {root / "ops/demo", wrong}});
  EXPECT_EQ(ended.code, 1) << ended.err;
  EXPECT_THAT(ended.out, HasSubstr("DOES NOT HOLD: nobody else learns anything"));
}

}  // namespace
}  // namespace optare
