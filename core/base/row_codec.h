// Rows of the view: disposable, versioned by their projection, so a plain field-by-field form is
// enough. A struct lists its fields once, for both directions:
//
//   template <class Archive> void fields(Archive& a) { a(name, standing, secrets); }
#pragma once

#include <algorithm>
#include <array>
#include <concepts>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "core/base/encoding.h"
#include "core/base/id.h"
#include "core/base/result.h"
#include "core/base/time.h"

namespace optare {

class RowWriter {
 public:
  template <class... T>
  void operator()(const T&... values) {
    (put(values), ...);
  }
  std::string take() { return std::move(out_); }

 private:
  void number(std::uint64_t value) {  // LEB128
    for (; value >= 0x80; value >>= 7U) out_.push_back(static_cast<char>(value | 0x80U));
    out_.push_back(static_cast<char>(value));
  }
  void put(const std::string& text) {
    number(text.size());
    out_ += text;
  }
  template <class T>
    requires std::integral<T>
  void put(const T& value) {
    number(static_cast<std::uint64_t>(value));
  }
  template <class T>
    requires std::is_enum_v<T>
  void put(const T& value) {
    number(static_cast<std::uint64_t>(value));
  }
  void put(const Timestamp& t) { number(static_cast<std::uint64_t>(milliseconds_of(t))); }
  void put(const Duration& d) { number(static_cast<std::uint64_t>(d.count())); }
  template <class Tag>
  void put(const Id<Tag>& id) {
    put(id.text());
  }
  template <class T>
  void put(const std::optional<T>& value) {
    number(value ? 1 : 0);
    if (value) put(*value);
  }
  template <class T>
  void put(const std::vector<T>& values) {
    number(values.size());
    for (const T& value : values) put(value);
  }
  template <class T>
  void put(const std::set<T>& values) {
    number(values.size());
    for (const T& value : values) put(value);
  }
  template <std::size_t N>
  void put(const std::array<std::uint8_t, N>& bytes) {
    out_.append(text_of(bytes));
  }
  template <class T>
    requires requires(T& t, RowWriter& w) { t.fields(w); }
  void put(const T& value) {
    const_cast<T&>(value).fields(*this);  // `fields` serves both directions; this one only reads.
  }
  std::string out_;
};

class RowReader {
 public:
  explicit RowReader(std::string_view bytes) : bytes_(bytes) {}
  template <class... T>
  void operator()(T&... values) {
    (take(values), ...);
  }
  bool finished() const { return good_ && bytes_.empty(); }

 private:
  std::uint64_t number() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64 && !bytes_.empty(); shift += 7) {
      const auto byte = static_cast<std::uint8_t>(bytes_.front());
      bytes_.remove_prefix(1);
      value |= std::uint64_t{byte & 0x7FU} << shift;
      if (byte < 0x80) return value;
    }
    good_ = false;
    return 0;
  }
  // A count or length that the rest of the bytes can hold.
  std::size_t length() {
    const std::uint64_t n = number();
    if (n > bytes_.size()) good_ = false;
    return good_ ? static_cast<std::size_t>(n) : 0;
  }
  void take(std::string& text) {
    const std::size_t n = length();
    text.assign(bytes_.substr(0, n));
    bytes_.remove_prefix(n);
  }
  template <class T>
    requires(std::integral<T> || std::is_enum_v<T>)
  void take(T& value) {
    value = static_cast<T>(number());
  }
  void take(Timestamp& t) { t = timestamp_of(static_cast<std::int64_t>(number())); }
  void take(Duration& d) { d = Duration(static_cast<std::int64_t>(number())); }
  template <class Tag>
  void take(Id<Tag>& id) {
    std::string text;
    take(text);
    id = Id<Tag>(std::move(text));
  }
  template <class T>
  void take(std::optional<T>& value) {
    value.reset();
    if (number() != 0) take(value.emplace());
  }
  template <class T>
  void take(std::vector<T>& values) {
    values.clear();
    for (std::size_t n = length(); n > 0 && good_; --n) take(values.emplace_back());
  }
  template <class T>
  void take(std::set<T>& values) {
    values.clear();
    for (std::size_t n = length(); n > 0 && good_; --n) {
      T value{};
      take(value);
      values.insert(std::move(value));
    }
  }
  template <std::size_t N>
  void take(std::array<std::uint8_t, N>& bytes) {
    if (bytes_.size() < N) {
      good_ = false;
      return;
    }
    std::copy_n(bytes_.begin(), N, bytes.begin());
    bytes_.remove_prefix(N);
  }
  template <class T>
    requires requires(T& t, RowReader& r) { t.fields(r); }
  void take(T& value) {
    value.fields(*this);
  }
  std::string_view bytes_;
  bool good_ = true;
};

template <class T>
std::string encode_row(const T& value) {
  RowWriter writer;
  writer(value);
  return writer.take();
}

// Errors: internal; a row that cannot be read means a damaged store or a forgotten projection
// version.
template <class T>
[[nodiscard]] Result<T> decode_row(std::string_view bytes) {
  T value;
  RowReader reader(bytes);
  reader(value);
  if (!reader.finished())
    return reject(Code::internal, "a row of the view is damaged: rebuild the projections");
  return value;
}

}  // namespace optare
