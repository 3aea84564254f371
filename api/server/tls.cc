#include "api/server/tls.h"

#include <openssl/ssl.h>
#include <sys/stat.h>

#include <utility>

namespace optare {
namespace {

namespace ssl = boost::asio::ssl;

// Forward secrecy and AEAD only, for TLS 1.2; TLS 1.3 has nothing else (RFC 9325 section 4.2).
constexpr const char* cipher_list = "ECDHE+AESGCM:ECDHE+CHACHA20";

int choose_http_1_1(SSL*, const unsigned char** out, unsigned char* out_bytes,
                    const unsigned char* in, unsigned int in_bytes, void*) {
  static constexpr unsigned char ours[] = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
  unsigned char* chosen = nullptr;
  if (SSL_select_next_proto(&chosen, out_bytes, ours, sizeof ours, in, in_bytes) !=
      OPENSSL_NPN_NEGOTIATED) {
    return SSL_TLSEXT_ERR_NOACK;
  }
  *out = chosen;
  return SSL_TLSEXT_ERR_OK;
}

Result<std::shared_ptr<ssl::context>> load_context(const std::string& certificate_file,
                                                   const std::string& key_file) {
  auto context = std::make_shared<ssl::context>(ssl::context::tls_server);
  SSL_CTX* const native = context->native_handle();
  boost::system::error_code ec;
  // Never ask a terminal for a passphrase.
  context->set_password_callback([](std::size_t, auto) { return std::string(); }, ec);
  SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION);
  SSL_CTX_set_options(native, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  SSL_CTX_set_mode(native, SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_alpn_select_cb(native, choose_http_1_1, nullptr);
  if (SSL_CTX_set_cipher_list(native, cipher_list) != 1) {
    return reject(Code::unavailable, "OpenSSL has none of the cipher suites we allow");
  }
  context->use_certificate_chain_file(certificate_file, ec);
  if (ec) return reject(Code::invalid, certificate_file + ": " + ec.message());
  context->use_private_key_file(key_file, ssl::context::pem, ec);
  if (ec) return reject(Code::invalid, key_file + ": " + ec.message());
  if (SSL_CTX_check_private_key(native) != 1) {
    return reject(Code::invalid, key_file + " is not the key of " + certificate_file);
  }
  return context;
}

}  // namespace

TlsContext::TlsContext(std::string certificate_file, std::string key_file)
    : certificate_file_(std::move(certificate_file)), key_file_(std::move(key_file)) {}

TlsContext::Stamp TlsContext::stamp_of(const std::string& file) {
  struct stat status{};
  if (::stat(file.c_str(), &status) != 0) return {};
  return {status.st_mtim.tv_sec * 1'000'000'000 + status.st_mtim.tv_nsec, status.st_size,
          status.st_ino};
}

// Stamps first: a change while we read is seen by the next look.
Result<void> TlsContext::load() {
  certificate_stamp_ = stamp_of(certificate_file_);
  key_stamp_ = stamp_of(key_file_);
  TRY(auto context, load_context(certificate_file_, key_file_));
  context_.store(std::move(context));
  return {};
}

Result<std::unique_ptr<TlsContext>> TlsContext::open(std::string certificate_file,
                                                     std::string key_file) {
  std::unique_ptr<TlsContext> tls(new TlsContext(std::move(certificate_file), std::move(key_file)));
  TRY_VOID(tls->load());
  return tls;
}

std::optional<Result<void>> TlsContext::poll() {
  if (stamp_of(certificate_file_) == certificate_stamp_ && stamp_of(key_file_) == key_stamp_) {
    return std::nullopt;
  }
  return load();
}

}  // namespace optare
