// A secret in memory: move-only, wiped when it goes, never printable, equal in constant time.
#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace optare {

class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string text) : text_(std::move(text)) {}
  Secret(Secret&& other) noexcept : text_(std::exchange(other.text_, {})) {}
  Secret& operator=(Secret&& other) noexcept {
    if (this != &other) {
      wipe();
      text_ = std::exchange(other.text_, {});
    }
    return *this;
  }
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  ~Secret() { wipe(); }

  // The one way to the text; each use is a place to review.
  std::string_view reveal() const { return text_; }
  bool empty() const { return text_.empty(); }

 private:
  void wipe() noexcept;
  std::string text_;
};

// Takes as long for equal as for different input of one length.
bool equal_in_constant_time(std::string_view a, std::string_view b);

}  // namespace optare
