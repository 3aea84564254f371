#include "ops/stepped_command.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <thread>

namespace optare {
namespace {

constexpr std::chrono::milliseconds pause{1};

}  // namespace

Result<Committed> run_stepping(Follower& follower, Task<Result<Committed>> command) {
  boost::asio::io_context context;
  std::optional<Result<Committed>> committed;
  boost::asio::co_spawn(context, std::move(command),
                        [&](const std::exception_ptr& fault, Result<Committed> result) {
                          if (fault) std::rethrow_exception(fault);
                          committed = std::move(result);
                        });
  std::exception_ptr fault;
  while (context.poll(), !committed) {
    context.restart();
    bool any = false;
    try {
      any = !fault && follower.step();
    } catch (...) {
      fault = std::current_exception();
    }
    follower.tick();
    if (!any) std::this_thread::sleep_for(pause);
  }
  if (fault) std::rethrow_exception(fault);
  return *std::move(committed);
}

}  // namespace optare
