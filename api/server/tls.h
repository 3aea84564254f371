// The certificate of a listener, read again when its files change.
#pragma once

#include <sys/types.h>

#include <boost/asio/ssl/context.hpp>
#include <memory>
#include <optional>
#include <string>

#include "core/base/result.h"

namespace optare {

class TlsContext {
 public:
  // PEM: the chain, leaf first, and its key without a passphrase.
  // Errors: unavailable; the detail names the file.
  [[nodiscard]] static Result<std::unique_ptr<TlsContext>> open(std::string certificate_file,
                                                                std::string key_file);

  // What new handshakes use; who holds it keeps it alive. Thread: any.
  std::shared_ptr<boost::asio::ssl::context> current() const { return context_.load(); }

  // Looks at the files; nullopt when they are as they were, else whether they were taken. Files
  // that do not fit leave the old certificate in use, and are tried again when they change.
  // Thread: one.
  std::optional<Result<void>> poll();

 private:
  // What tells one version of a file from the next.
  struct Stamp {
    std::int64_t modified_ns = 0;
    std::int64_t bytes = 0;
    ino_t inode = 0;
    bool operator==(const Stamp&) const = default;
  };
  static Stamp stamp_of(const std::string& file);

  TlsContext(std::string certificate_file, std::string key_file);
  Result<void> load();

  std::string certificate_file_;
  std::string key_file_;
  Stamp certificate_stamp_;
  Stamp key_stamp_;
  std::atomic<std::shared_ptr<boost::asio::ssl::context>> context_;
};

}  // namespace optare
