#include "api/server/request_head.h"

#include <algorithm>
#include <boost/beast/http/basic_parser.hpp>
#include <charconv>

#include "api/server/refusals.h"

namespace optare {
namespace {

namespace http = boost::beast::http;
using boost::beast::error_code;
using boost::beast::string_view;

// How secrets of ours begin (core/oauth/client_secret.h). One that was sent as an id by mistake
// must not go on into answers, log lines and events.
constexpr std::string_view secret_prefix = "sk_";

bool is_request_id(std::string_view text) {
  return !text.empty() && text.size() <= 64 && !text.starts_with(secret_prefix) &&
         std::ranges::all_of(text, [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                  c == '.' || c == '_' || c == '-';
         });
}

// Characters of a host with an optional port; we look no closer, the issuer is configured.
bool is_host(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           std::string_view("-._~:[]%!$&'()*+,;=").find(c) != std::string_view::npos;
  });
}

// Beast reads the grammar; what the fields mean for framing is decided here.
class HeadParser final : public http::basic_parser<true> {
 public:
  HeadParser(std::string_view block, const ServerLimits& limits, Request& request)
      : limits_(limits), block_(block), request_(request) {
    header_limit(static_cast<std::uint32_t>(block.size() + 1));
    skip(true);
  }

  std::expected<RequestHead, Refusal> parse() {
    error_code ec;
    put(boost::asio::const_buffer(block_.data(), block_.size()), ec);
    if (refusal_) return std::unexpected(*refusal_);
    if (ec == http::error::bad_version) return std::unexpected(refusals::bad_version);
    if (ec || !is_done()) return std::unexpected(refusals::bad_request);
    head_.keep_alive = keep_alive();
    return head_;
  }

 private:
  void refuse(const Refusal& refusal, error_code& ec) {
    refusal_ = refusal;
    ec = http::error::bad_field;
  }

  void on_request_impl(http::verb /*verb*/, string_view method, string_view target, int version,
                       error_code& ec) override {
    head_.http_1_0 = version == 10;
    request_.method = method_of(std::string_view(method.data(), method.size()));
    request_.request_id.clear();
    if (!take_target({target.data(), target.size()})) refuse(refusals::bad_target, ec);
  }

  // Origin form, or absolute form whose authority we drop (RFC 9112 section 3.2.2).
  bool take_target(std::string_view target) {
    for (const std::string_view scheme : {"http://", "https://"}) {
      if (target.size() > scheme.size() &&
          same_field_name(target.substr(0, scheme.size()), scheme)) {
        target.remove_prefix(scheme.size());
        const auto slash = target.find_first_of("/?");
        if (slash == 0) return false;
        target = slash == target.npos || target[slash] == '?' ? "/" : target.substr(slash);
        break;
      }
    }
    const bool printable = std::ranges::all_of(target, [](char c) { return c > 0x20 && c < 0x7F; });
    if (!target.starts_with('/') || !printable || target.find('#') != target.npos) return false;
    const auto question = target.find('?');
    request_.path.assign(target.substr(0, question));
    request_.query.assign(question == target.npos ? "" : target.substr(question + 1));
    return true;
  }

  void on_field_impl(http::field field, string_view name_text, string_view value_text,
                     error_code& ec) override {
    const std::string_view name(name_text.data(), name_text.size());
    const std::string_view value(value_text.data(), value_text.size());
    if (count_ == limits_.header_count_max) return refuse(refusals::headers_too_large, ec);
    if (is_folded(name, value)) return refuse(refusals::bad_request, ec);
    if (count_ == request_.headers.size()) request_.headers.emplace_back();
    request_.headers[count_].name.assign(name);
    request_.headers[count_].value.assign(value);
    ++count_;
    switch (field) {
      case http::field::host:
        if (std::exchange(has_host_, true) || !is_host(value)) refuse(refusals::bad_host, ec);
        break;
      case http::field::content_length:
        take_content_length(value, ec);
        break;
      case http::field::transfer_encoding:
        if (std::exchange(has_coding_, true) || head_.http_1_0) {
          refuse(refusals::bad_framing, ec);
        } else if (!same_field_name(value, "chunked")) {
          refuse(refusals::bad_coding, ec);
        }
        head_.chunked = true;
        break;
      case http::field::expect:
        if (!same_field_name(value, "100-continue")) return refuse(refusals::bad_expectation, ec);
        head_.expects_continue = !head_.http_1_0;  // RFC 9110 section 10.1.1
        break;
      default:
        if (same_field_name(name, "X-Request-Id") && is_request_id(value)) {
          request_.request_id.assign(value);
        }
    }
  }

  // Obsolete line folding: the value lies in Beast's own buffer, or on a later line.
  bool is_folded(std::string_view name, std::string_view value) const {
    if (value.empty()) return false;
    const char* const end = block_.data() + block_.size();
    if (value.data() < name.data() || value.data() >= end) return true;
    return std::find(name.data() + name.size(), value.data(), '\n') != value.data();
  }

  void take_content_length(std::string_view value, error_code& ec) {
    std::uint64_t length = 0;
    const auto [end, fault] = std::from_chars(value.data(), value.data() + value.size(), length);
    if (fault == std::errc::result_out_of_range) return refuse(refusals::body_too_large, ec);
    if (std::exchange(has_length_, true) || fault != std::errc() ||
        end != value.data() + value.size()) {
      return refuse(refusals::bad_framing, ec);
    }
    if (length > limits_.body_bytes_max) return refuse(refusals::body_too_large, ec);
    head_.content_length = static_cast<std::size_t>(length);
  }

  void on_header_impl(error_code& ec) override {
    request_.headers.resize(count_);
    if (has_length_ && has_coding_) return refuse(refusals::bad_framing, ec);
    if (!has_host_ && !head_.http_1_0) refuse(refusals::bad_host, ec);
  }

  // Bodies are ours; Beast stops at the empty line.
  void on_response_impl(int, string_view, int, error_code&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
  std::size_t on_body_impl(string_view, error_code&) override { return 0; }
  void on_chunk_header_impl(std::uint64_t, string_view, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, string_view, error_code&) override { return 0; }
  void on_finish_impl(error_code&) override {}

  const ServerLimits& limits_;
  std::string_view block_;
  Request& request_;
  RequestHead head_;
  std::optional<Refusal> refusal_;
  std::size_t count_ = 0;
  bool has_host_ = false;
  bool has_length_ = false;
  bool has_coding_ = false;
};

}  // namespace

std::expected<RequestHead, Refusal> parse_request_head(std::string_view block,
                                                       const ServerLimits& limits,
                                                       Request& request) {
  return HeadParser(block, limits, request).parse();
}

}  // namespace optare
