#include "ops/listeners.h"

#include <algorithm>
#include <thread>

#include "ops/open_files.h"

namespace optare {

ServerOptions product_listener(const Config& config) {
  ServerOptions options;
  options.address = config.listen.address;
  options.port = config.listen.port;
  options.threads = config.threads != 0
                        ? config.threads
                        : std::max<std::size_t>(1, std::thread::hardware_concurrency());
  options.tls_certificate_file = config.tls_cert;
  options.tls_key_file = config.tls_key;
  options.limits.connections_max = config.connections_max;
  options.limits.connections_per_address_max = config.connections_per_address_max;
  options.limits.requests_in_flight_max = config.requests_in_flight_max;
  return options;
}

ServerOptions operations_listener(const Config& config) {
  ServerOptions options;
  options.address = config.ops_listen.address;
  options.port = config.ops_listen.port;
  options.limits.connections_max = ops_connections_max;
  return options;
}

}  // namespace optare
