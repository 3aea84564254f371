// One HTTP request as a handler sees it: read completely, checked against the server's limits.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace optare {

enum class Method : std::uint8_t { get, head, post, put, patch, delete_, options, other };

// "GET"; "" for other.
std::string_view text(Method method);
Method method_of(std::string_view text);

struct Header {
  std::string name;
  std::string value;
  bool operator==(const Header&) const = default;
};

// Field names compare without case, RFC 9110 section 5.1.
bool same_field_name(std::string_view a, std::string_view b);

struct Request {
  Method method = Method::get;
  std::string path;   // as it came, still percent-encoded, without the query; begins with '/'
  std::string query;  // as it came, without the '?'
  std::vector<Header> headers;
  std::string body;            // transfer coding removed
  std::string remote_address;  // IP address of the peer, without port
  bool secure = false;         // came over TLS
  std::string request_id;      // X-Request-Id of the caller when it is fit, else ours

  // Filled by the route table.
  std::string_view route;  // the pattern that matched (the table's memory); empty when none did
  std::vector<std::pair<std::string_view, std::string>> parameters;  // of the path, decoded

  // The first value of the field; empty when there is none.
  std::string_view header(std::string_view name) const;
  std::vector<std::string_view> headers_all(std::string_view name) const;
  // The decoded segment at {name}; empty when the pattern has none of this name.
  std::string_view parameter(std::string_view name) const;
};

}  // namespace optare
