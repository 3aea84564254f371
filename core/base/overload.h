// The visitor of std::visit, made of lambdas.
#pragma once

namespace optare {
template <class... F>
struct Overload : F... {
  using F::operator()...;
};
}  // namespace optare
