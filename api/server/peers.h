// How many connections each peer has open on one thread: one peer must not take all there are.
#pragma once

#include <boost/asio/ip/address.hpp>
#include <cstddef>
#include <map>

namespace optare {

// A peer is an IPv4 address or an IPv6 network of 64 bits: whoever has one address of such a
// network has all of them. An IPv4 address that comes inside IPv6 is itself. Thread: its loop's.
//
// Source: RFC 4291 sections 2.5.1 (64 bits are the interface) and 2.5.5.2 (IPv4-mapped).
class Peers {
 public:
  std::size_t connections_of(const boost::asio::ip::address& address) const;

  // A connection while it is open.
  class Place {
   public:
    Place(Peers& peers, const boost::asio::ip::address& address);
    ~Place();
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;

   private:
    using Counts = std::map<boost::asio::ip::address, std::size_t>;
    Counts& counts_;
    const Counts::iterator peer_;
  };

 private:
  // Ordered, because peers choose their addresses: nobody can make it slow.
  std::map<boost::asio::ip::address, std::size_t> counts_;
};

}  // namespace optare
