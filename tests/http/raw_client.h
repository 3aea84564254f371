// A client that sends exactly the bytes it is told to.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/http/request.h"

namespace optare::testing {

struct Answer {
  int status = 0;  // 0: the connection ended before a whole answer
  std::vector<Header> headers;
  std::string body;

  std::string_view header(std::string_view name) const {
    for (const Header& field : headers) {
      if (same_field_name(field.name, name)) return field.value;
    }
    return {};
  }
};

class RawClient {
 public:
  // `from`: another address of this machine.
  explicit RawClient(std::uint16_t port, const char* from = nullptr)
      : fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    // A test that would wait for ever fails instead.
    const timeval patience{.tv_sec = 60, .tv_usec = 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    if (from != nullptr) {
      sockaddr_in own{};
      own.sin_family = AF_INET;
      ::inet_pton(AF_INET, from, &own.sin_addr);
      ::bind(fd_, reinterpret_cast<sockaddr*>(&own), sizeof own);
    }
    connected_ = ::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  }
  ~RawClient() { ::close(fd_); }
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  bool connected() const { return connected_; }
  int fd() const { return fd_; }

  void send(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto n = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (n <= 0) return;
      bytes.remove_prefix(static_cast<std::size_t>(n));
    }
  }
  void half_close() { ::shutdown(fd_, SHUT_WR); }

  // One read; how many bytes came.
  std::size_t receive_once() {
    char buffer[65536];
    ssize_t n = 0;
    do {
      n = ::recv(fd_, buffer, sizeof buffer, 0);
    } while (n < 0 && errno == EINTR);  // it was stopped for a while, and goes on
    if (n <= 0) return 0;
    received_.append(buffer, static_cast<std::size_t>(n));
    return static_cast<std::size_t>(n);
  }

  // The next answer with Content-Length (or none for `bodiless`, as to HEAD).
  Answer answer(bool bodiless = false) {
    const auto end = wait_for("\r\n\r\n");
    if (end == std::string::npos) return {};
    Answer answer;
    std::string_view head = std::string_view(received_).substr(0, end + 2);
    answer.status = std::atoi(std::string(head.substr(9, 3)).c_str());
    for (head.remove_prefix(head.find("\r\n") + 2); !head.empty();) {
      const auto line = head.substr(0, head.find("\r\n"));
      const auto colon = line.find(": ");
      answer.headers.push_back(
          {std::string(line.substr(0, colon)), std::string(line.substr(colon + 2))});
      head.remove_prefix(line.size() + 2);
    }
    const std::string length(answer.header("Content-Length"));
    const std::size_t size = bodiless || length.empty() ? 0 : std::stoul(length);
    while (received_.size() < end + 4 + size) {
      if (receive_once() == 0) return {};
    }
    answer.body = received_.substr(end + 4, size);
    received_.erase(0, end + 4 + size);
    return answer;
  }

  // Everything until the peer closes.
  std::string rest() {
    while (receive_once() > 0) {
    }
    return std::exchange(received_, {});
  }
  // Reads until `text` was received; npos when the connection ended first.
  std::size_t wait_for(std::string_view text) {
    for (;;) {
      const auto at = received_.find(text);
      if (at != std::string::npos || receive_once() == 0) return at;
    }
  }
  const std::string& received() const { return received_; }

 private:
  int fd_;
  bool connected_ = false;
  std::string received_;
};

}  // namespace optare::testing
