#include "tests/support/process.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <fstream>
#include <random>
#include <thread>

extern "C" char** environ;  // POSIX

namespace optare {
namespace {

constexpr std::chrono::milliseconds look_again{2};

// Below what Linux gives to outgoing connections (32768 and up unless configured otherwise).
constexpr std::uint16_t port_min = 10'000;
constexpr std::uint16_t port_max = 32'000;

[[noreturn]] void fail(const std::string& what) {
  throw std::runtime_error(what + ": " + std::strerror(errno));
}

std::vector<std::string> environment_of(const Program& program) {
  std::vector<std::string> variables;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view variable = *entry;
    if (!variable.starts_with("OPTARE_") && !variable.starts_with("GTEST_"))
      variables.emplace_back(variable);
  }
  for (const auto& [name, value] : program.environment) variables.push_back(name + "=" + value);
  return variables;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> result;
  for (std::string& text : texts) result.push_back(text.data());
  result.push_back(nullptr);
  return result;
}

// Between fork and exec: nothing here may allocate.
[[noreturn]] void become(char* const* arguments, char* const* environment, const char* folder,
                         const std::array<int, 3>& files) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  for (int number = 0; number < 3; ++number)
    ::dup2(files.at(static_cast<std::size_t>(number)), number);
  ::close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);  // sockets of this test are not the program's
  if (*folder == '\0' || ::chdir(folder) == 0) ::execvpe(arguments[0], arguments, environment);
  constexpr std::string_view sorry = "the program cannot be started\n";
  const auto ignored = ::write(STDERR_FILENO, sorry.data(), sorry.size());
  ::_exit(ignored < 0 ? 126 : 127);
}

int open_file(const std::filesystem::path& path, int flags) {
  const int file = ::open(path.c_str(), flags | O_CLOEXEC, 0600);
  if (file < 0) fail(path.string());
  return file;
}

// A socket bound to the port; -1 when that is taken.
int bound(const char* address, std::uint16_t port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in place{};
  place.sin_family = AF_INET;
  place.sin_port = htons(port);
  ::inet_pton(AF_INET, address, &place.sin_addr);
  if (::bind(fd, reinterpret_cast<sockaddr*>(&place), sizeof place) == 0) return fd;
  ::close(fd);
  return -1;
}

}  // namespace

void wait_until(const std::string& what, const std::function<bool()>& done, Patience patience) {
  const auto until = std::chrono::steady_clock::now() + patience;
  while (!done()) {
    if (std::chrono::steady_clock::now() >= until)
      throw std::runtime_error(fmt::format("waited {} ms in vain for {}", patience.count(), what));
    std::this_thread::sleep_for(look_again);
  }
}

std::string file_text(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

Process::Process(const Program& program) {
  for (const std::string& argument : program.arguments)
    name_ += (name_.empty() ? "" : " ") + argument;
  std::ofstream(files_ / "in", std::ios::binary) << program.input;
  const std::array<int, 3> files{open_file(files_ / "in", O_RDONLY),
                                 open_file(files_ / "out", O_WRONLY | O_CREAT | O_APPEND),
                                 open_file(files_ / "err", O_WRONLY | O_CREAT | O_APPEND)};
  auto arguments = program.arguments;
  auto environment = environment_of(program);
  const auto argument_pointers = pointers(arguments);
  const auto environment_pointers = pointers(environment);
  id_ = ::fork();
  if (id_ == 0) {
    become(argument_pointers.data(), environment_pointers.data(), program.folder.c_str(), files);
  }
  for (const int file : files) ::close(file);
  if (id_ < 0) fail("fork");
}

Process::~Process() {
  if (ended()) return;
  ::kill(id_, SIGKILL);
  ::waitpid(id_, nullptr, 0);
}

void Process::signal(int number) const {
  if (!code_) ::kill(id_, number);  // reaped: the id may be another's
}

std::optional<int> Process::ended() {
  int status = 0;
  if (!code_ && ::waitpid(id_, &status, WNOHANG) == id_)
    code_ = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  return code_;
}

Ended Process::wait(Patience patience) {
  wait_until("the end of `" + name_ + "`", [&] { return ended().has_value(); }, patience);
  return {*code_, out(), err()};
}

Ended run(const Program& program, Patience patience) { return Process(program).wait(patience); }

Program optare_program(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), OPTARE_BINARY);
  return {.arguments = std::move(arguments)};
}

// The reservation is the same port of another loopback address: it keeps other tests away, and
// the program under test finds 127.0.0.1 free.
FreePort::FreePort() {
  std::random_device random;
  std::uniform_int_distribution<std::uint16_t> ports(port_min, port_max);
  wait_until("a free port", [&] {
    number_ = ports(random);
    reservation_ = bound("127.0.0.2", number_);
    if (reservation_ < 0) return false;
    const int probe = bound("127.0.0.1", number_);
    if (probe >= 0) {
      ::close(probe);
      return true;
    }
    ::close(std::exchange(reservation_, -1));
    return false;
  });
}

FreePort::~FreePort() { ::close(reservation_); }

}  // namespace optare
