// Files and sockets: one limit for both. Connections must not take what the stores need, or whoever
// opens enough of them stops the log.
#pragma once

#include <cstddef>
#include <cstdint>

namespace optare {

// What is kept from connections: four stores of 256 tables each, their write-ahead logs, and some.
constexpr std::uint64_t files_of_stores = 1'280;  // ours
constexpr std::size_t ops_connections_max = 64;   // of the operations listener; ours

// Raises this process's limit to `wanted`, or as far as it may. Returns the limit.
std::uint64_t raise_open_files(std::uint64_t wanted);

// How many connections each of `threads` may have: `wanted`, or fewer, so that `open_files` leaves
// the stores their part (where it is small, half). At least one.
std::size_t connections_per_thread(std::uint64_t open_files, std::size_t wanted,
                                   std::size_t threads);

}  // namespace optare
