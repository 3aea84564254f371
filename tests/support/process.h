// Programs as a person or a supervisor runs them: for tests that drive the real binary.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/support/temporary_directory.h"

namespace optare {

using Patience = std::chrono::milliseconds;
// For what is over within a moment unless the machine is very busy. It costs nothing when all is
// well: too little of it is a test that fails for no reason.
constexpr Patience patience_default{90'000};

// Looks again and again until `done` says so. Throws when it did not in time: "waited 90000 ms in
// vain for WHAT".
void wait_until(const std::string& what, const std::function<bool()>& done,
                Patience patience = patience_default);

std::string file_text(const std::filesystem::path& path);  // empty when there is none

// What to run. The variables OPTARE_... and GTEST_... of this process do not get to it.
struct Program {
  std::vector<std::string> arguments;  // the first: the program
  std::vector<std::pair<std::string, std::string>> environment = {};
  std::filesystem::path folder = {};  // to run in; empty: here
  std::string input = {};             // on its standard input
};

struct Ended {
  int code = 0;  // its exit code; 128 + n when signal n ended it
  std::string out;
  std::string err;
};

// One that runs. It ends with this object, and with the thread that started it: however a test
// ends, nothing stays behind.
class Process {
 public:
  explicit Process(const Program& program);  // throws when it cannot be started
  ~Process();                                // SIGKILL, if it still runs
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  void signal(int number) const;
  // Its exit code as in Ended; nullopt while it runs.
  std::optional<int> ended();
  // Waits for the end. Throws when that does not come in time.
  Ended wait(Patience patience = patience_default);
  // What it has said so far.
  std::string out() const { return file_text(files_ / "out"); }
  std::string err() const { return file_text(files_ / "err"); }
  pid_t id() const { return id_; }

 private:
  TemporaryDirectory files_;
  std::string name_;
  pid_t id_ = -1;
  std::optional<int> code_;
};

// Starts it and waits for its end.
Ended run(const Program& program, Patience patience = patience_default);
// The binary under test, with these arguments.
Program optare_program(std::vector<std::string> arguments);

// A port of 127.0.0.1 that nobody listens on, and that no other test takes while this lives. It is
// not one that the system gives to outgoing connections, so it is free again after a restart.
class FreePort {
 public:
  FreePort();
  ~FreePort();
  FreePort(const FreePort&) = delete;
  FreePort& operator=(const FreePort&) = delete;
  std::uint16_t number() const { return number_; }

 private:
  int reservation_ = -1;
  std::uint16_t number_ = 0;
};

}  // namespace optare
