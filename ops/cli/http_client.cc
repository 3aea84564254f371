#include "ops/cli/http_client.h"

#include <fmt/format.h>
#include <openssl/ssl.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>
#include <boost/url/parse.hpp>

namespace optare {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;

constexpr std::size_t stream_part_bytes = 16 * 1024;

// One request and its answer. Each step is an asynchronous operation that is run to its end,
// because only those can be timed out.
class Exchange {
  template <class Use>
  Result<void> on_stream(Use use) {
    return url_.tls ? use(secure_) : use(plain());
  }

 public:
  Exchange(const HttpClientOptions& options, const Url& url)
      : options_(options), url_(url), tls_(asio::ssl::context::tls_client), secure_(io_, tls_) {}

  Result<void> open() {
    TRY(const auto addresses, resolve());
    const auto place = url_.host_header();
    TRY_VOID(step("a connection to " + place, options_.connect_time_max, [&](auto done) {
      plain().async_connect(addresses, [done](error_code error, const auto&) { done(error); });
    }));
    if (!url_.tls) return {};
    TRY_VOID(trust());
    return step("the TLS handshake with " + place, options_.connect_time_max,
                [&](auto done) { secure_.async_handshake(asio::ssl::stream_base::client, done); });
  }

  Result<void> write(const HttpRequest& request) {
    http::request<http::string_body> message;
    message.version(11);
    message.method_string(request.method);
    message.target(url_.target);
    message.set(http::field::host, url_.host_header());
    message.set(http::field::user_agent, "optare/" OPTARE_VERSION);
    message.set(http::field::connection, "close");
    for (const auto& [name, value] : request.headers) message.set(name, value);
    message.body() = request.body;
    if (!request.body.empty() || request.method != "GET") message.prepare_payload();
    return on_stream([&](auto& stream) {
      return step(url_.host_header() + " to take the request", options_.answer_time_max,
                  [&](auto done) {
                    http::async_write(stream, message,
                                      [done](error_code error, std::size_t) { done(error); });
                  });
    });
  }

  // The answer; a 2xx body goes to `sink` when there is one.
  Result<HttpResponse> read(const HttpClient::Sink* sink, Duration silence_max) {
    http::response_parser<http::string_body> parser;
    parser.header_limit(static_cast<std::uint32_t>(options_.header_bytes_max));
    parser.body_limit(boost::none);  // counted below
    TRY_VOID(on_stream([&](auto& stream) {
      return step("an answer from " + url_.host_header(), options_.answer_time_max, [&](auto done) {
        http::async_read_header(stream, buffer_, parser,
                                [done](error_code error, std::size_t) { done(error); });
      });
    }));
    HttpResponse response{
        .status = static_cast<int>(parser.get().result_int()), .headers = {}, .body = {}};
    for (const auto& field : parser.get()) {
      response.headers.emplace_back(std::string(field.name_string()), std::string(field.value()));
    }
    const bool streamed = sink != nullptr && response.ok();
    const auto patience = streamed ? silence_max : options_.answer_time_max;
    while (true) {
      std::string part = std::exchange(parser.get().body(), {});
      if (streamed && !part.empty() && !(*sink)(part)) return response;
      if (!streamed) response.body += part;
      if (response.body.size() > options_.body_bytes_max) {
        return reject(Code::too_large, fmt::format("the answer of {} is longer than {} bytes",
                                                   url_.host_header(), options_.body_bytes_max));
      }
      if (parser.is_done()) return response;
      TRY_VOID(read_part(parser, patience));
    }
  }

  void close() {
    error_code ignored;
    plain().socket().close(ignored);
  }

 private:
  beast::tcp_stream& plain() { return secure_.next_layer(); }

  Result<void> read_part(http::response_parser<http::string_body>& parser, Duration patience) {
    return on_stream([&](auto& stream) {
      return step("the rest of the answer of " + url_.host_header(), patience, [&](auto done) {
        buffer_.reserve(stream_part_bytes);
        http::async_read_some(stream, buffer_, parser,
                              [done](error_code error, std::size_t) { done(error); });
      });
    });
  }

  Result<tcp::resolver::results_type> resolve() {
    tcp::resolver resolver(io_);
    tcp::resolver::results_type found;
    TRY_VOID(step("the address of " + url_.host, options_.connect_time_max, [&](auto done) {
      resolver.async_resolve(url_.host, std::to_string(url_.port),
                             [done, &found](error_code error, tcp::resolver::results_type results) {
                               found = std::move(results);
                               done(error);
                             });
    }));
    return found;
  }

  Result<void> trust() {
    error_code error;
    tls_.set_default_verify_paths(error);
    if (!options_.ca_file.empty()) tls_.load_verify_file(options_.ca_file, error);
    if (error) {
      return reject(Code::invalid, fmt::format("cannot read certificates of {}: {}",
                                               options_.ca_file, error.message()));
    }
    // The stream took its settings from the context before they were made.
    SSL_CTX_set_min_proto_version(tls_.native_handle(), TLS1_2_VERSION);
    SSL_set1_verify_cert_store(secure_.native_handle(),
                               SSL_CTX_get_cert_store(tls_.native_handle()));
    secure_.set_verify_mode(asio::ssl::verify_peer, error);
    secure_.set_verify_callback(asio::ssl::host_name_verification(url_.host), error);
    SSL_set_min_proto_version(secure_.native_handle(), TLS1_2_VERSION);
    SSL_set_tlsext_host_name(secure_.native_handle(), url_.host.c_str());
    return {};
  }

  // Starts one operation and waits for it.
  template <class Start>
  Result<void> step(const std::string& what, Duration patience, Start start) {
    error_code result = beast::error::timeout;
    bool finished = false;
    plain().expires_after(patience);
    start([&](error_code error) {
      result = error;
      finished = true;
    });
    io_.restart();
    const auto until = std::chrono::steady_clock::now() + patience + std::chrono::seconds(1);
    while (!finished && io_.run_one_until(until) != 0) {
    }
    plain().expires_never();
    if (!result) return {};
    const bool late = result == beast::error::timeout;
    return reject(Code::unavailable,
                  late ? fmt::format("waited {} ms in vain for {}", patience.count(), what)
                       : fmt::format("waiting for {}: {}", what, reason(result)));
  }

  std::string reason(error_code error) {
    if (error == http::error::end_of_stream || error == http::error::partial_message) {
      return "the connection was closed";
    }
    const long verified = SSL_get_verify_result(secure_.native_handle());
    if (url_.tls && verified != X509_V_OK) {
      return fmt::format(
          "the certificate is not trusted ({}); --ca-file FILE names another authority",
          X509_verify_cert_error_string(verified));
    }
    return error.message();
  }

  const HttpClientOptions& options_;
  const Url& url_;
  asio::io_context io_{1};
  asio::ssl::context tls_;
  asio::ssl::stream<beast::tcp_stream> secure_;  // used without TLS through its next layer
  beast::flat_buffer buffer_;
};

bool same_name(std::string_view a, std::string_view b) {
  return beast::iequals(beast::string_view(a.data(), a.size()),
                        beast::string_view(b.data(), b.size()));
}

Result<HttpResponse> exchange(const HttpClientOptions& options, const HttpRequest& request,
                              const HttpClient::Sink* sink, Duration silence_max) {
  TRY(const auto url, parse_url(request.url));
  Exchange conversation(options, url);
  TRY_VOID(conversation.open());
  TRY_VOID(conversation.write(request));
  auto response = conversation.read(sink, silence_max);
  conversation.close();
  return response;
}

}  // namespace

std::string Url::host_header() const {
  const bool standard = port == (tls ? 443 : 80);
  const std::string name = host.find(':') == std::string::npos ? host : fmt::format("[{}]", host);
  return standard ? name : fmt::format("{}:{}", name, port);
}

Result<Url> parse_url(std::string_view text) {
  const auto bad = [&] {
    return reject(Code::invalid, fmt::format("'{}' is no http or https URL", text));
  };
  const auto parsed =
      boost::urls::parse_absolute_uri(boost::urls::string_view(text.data(), text.size()));
  if (!parsed || parsed->host().empty() || parsed->has_userinfo()) return bad();
  if (parsed->scheme() != "http" && parsed->scheme() != "https") return bad();
  const std::string port(parsed->port());
  if (parsed->has_port() && (port.empty() || port.size() > 5 || std::stoul(port) - 1 >= 65'535)) {
    return bad();
  }
  Url url;
  url.tls = parsed->scheme() == "https";
  url.host = parsed->host_address();
  url.port =
      parsed->has_port() ? parsed->port_number() : static_cast<std::uint16_t>(url.tls ? 443 : 80);
  url.target = std::string(parsed->encoded_target());
  if (!url.target.starts_with('/')) url.target.insert(0, "/");
  return url;
}

std::string_view HttpResponse::header(std::string_view name) const {
  for (const auto& [field, value] : headers) {
    if (same_name(field, name)) return value;
  }
  return {};
}

Result<HttpResponse> HttpClient::send(const HttpRequest& request) const {
  return exchange(options_, request, nullptr, options_.answer_time_max);
}

Result<HttpResponse> HttpClient::stream(const HttpRequest& request, const Sink& sink,
                                        Duration silence_max) const {
  return exchange(options_, request, &sink, silence_max);
}

std::string percent_encoded(std::string_view text) {
  constexpr std::string_view unreserved =
      "-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  std::string out;
  for (const char c : text) {
    if (unreserved.find(c) != std::string_view::npos) {
      out += c;
    } else {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

std::string form_body(const std::vector<std::pair<std::string, std::string>>& members) {
  std::string out;
  for (const auto& [name, value] : members) {
    if (value.empty()) continue;
    if (!out.empty()) out += '&';
    out += percent_encoded(name) + '=' + percent_encoded(value);
  }
  return out;
}

}  // namespace optare
