// JSON objects of strings and whole numbers, as our own tokens hold them: written compactly, and
// read back in exactly the form in which they are written. Whatever else is legal JSON is not ours.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace optare {

constexpr std::size_t flat_json_members_max = 16;

class FlatJsonWriter {
 public:
  explicit FlatJsonWriter(std::string& out) : out_(out) { out_ += '{'; }
  // REQUIRES: names need no escaping; no name twice.
  FlatJsonWriter& text(std::string_view name, std::string_view value);
  FlatJsonWriter& number(std::string_view name, std::uint64_t value);
  // For answers only: the reader does not take it.
  FlatJsonWriter& boolean(std::string_view name, bool value);
  void end() { out_ += '}'; }

 private:
  void name(std::string_view name);
  std::string& out_;
  bool first_ = true;
};

// The members of one object, in their order. False when the text is anything but what
// FlatJsonWriter could have written: white space, another type, a member twice, another escape,
// bytes after the end.
class FlatJsonReader {
 public:
  [[nodiscard]] bool read(std::string_view json);

  std::size_t size() const { return members_.size(); }
  // Null when there is no such member, or it has the other type.
  const std::string* text(std::string_view name) const;
  const std::uint64_t* number(std::string_view name) const;

 private:
  struct Member {
    std::string_view name;
    std::variant<std::string, std::uint64_t> value;
  };
  const Member* find(std::string_view name) const;
  bool read_member();
  bool read_text(std::string& out);
  bool read_number(std::uint64_t& out);
  bool take(char c);

  std::string_view rest_;
  std::vector<Member> members_;
};

}  // namespace optare
