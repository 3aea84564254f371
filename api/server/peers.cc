#include "api/server/peers.h"

#include <algorithm>

namespace optare {
namespace {

namespace ip = boost::asio::ip;

ip::address peer_of(const ip::address& address) {
  if (address.is_v4()) return address;
  const ip::address_v6 v6 = address.to_v6();
  if (v6.is_v4_mapped()) return ip::make_address_v4(ip::v4_mapped, v6);
  auto bytes = v6.to_bytes();
  std::fill(bytes.begin() + 8, bytes.end(), std::uint8_t{0});
  return ip::address_v6(bytes);
}

}  // namespace

std::size_t Peers::connections_of(const ip::address& address) const {
  const auto peer = counts_.find(peer_of(address));
  return peer == counts_.end() ? 0 : peer->second;
}

Peers::Place::Place(Peers& peers, const ip::address& address)
    : counts_(peers.counts_), peer_(counts_.try_emplace(peer_of(address), 0).first) {
  ++peer_->second;
}

Peers::Place::~Place() {
  if (--peer_->second == 0) counts_.erase(peer_);
}

}  // namespace optare
