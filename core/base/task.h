// The only coroutine type. Await what you start; pass arguments by value, or by reference to what
// the caller owns across the await.
#pragma once

#include <boost/asio/awaitable.hpp>

namespace optare {
template <class T = void>
using Task = boost::asio::awaitable<T>;
}  // namespace optare
