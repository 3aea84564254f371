#include "core/oauth/flat_json.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstring>

namespace optare {
namespace {

// Of eight bytes: whether one of them may need an escape.
bool any_needs_escape(std::uint64_t eight) {
  constexpr std::uint64_t ones = 0x0101010101010101U;
  const auto has_zero = [](std::uint64_t bytes) { return (bytes - ones) & ~bytes & (ones << 7U); };
  const std::uint64_t below_space = (eight - ones * 0x20U) & ~eight & (ones << 7U);
  return (below_space | has_zero(eight ^ (ones * '"')) | has_zero(eight ^ (ones * '\\'))) != 0;
}

bool needs_escape(char c) { return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\'; }

// How many characters at the beginning stand for themselves.
std::size_t plain_run(std::string_view text) {
  std::size_t at = 0;
  for (std::uint64_t eight = 0; at + sizeof eight <= text.size(); at += sizeof eight) {
    std::memcpy(&eight, text.data() + at, sizeof eight);
    if (any_needs_escape(eight)) break;
  }
  while (at < text.size() && !needs_escape(text[at])) ++at;
  return at;
}

void append_escaped(std::string& out, std::string_view text) {
  constexpr char digits[] = "0123456789abcdef";
  while (true) {
    // Nearly always the whole text at once.
    const std::size_t plain = plain_run(text);
    out += text.substr(0, plain);
    if (plain == text.size()) return;
    const char c = text[plain];
    if (c == '"' || c == '\\') {
      out += '\\', out += c;
    } else {
      out += "\\u00", out += digits[static_cast<unsigned>(c) >> 4U],
          out += digits[static_cast<unsigned>(c) & 15U];
    }
    text.remove_prefix(plain + 1);
  }
}

// The control character that "00xx" after \u stands for; negative when it is not one in our form.
int control_character(std::string_view digits) {
  if (digits.size() < 4 || !digits.starts_with("00")) return -1;
  const char high = digits[2], low = digits[3];
  if (high != '0' && high != '1') return -1;
  const int value = low >= '0' && low <= '9'   ? low - '0'
                    : low >= 'a' && low <= 'f' ? low - 'a' + 10
                                               : -1;
  return value < 0 ? -1 : (high - '0') * 16 + value;
}

}  // namespace

void FlatJsonWriter::name(std::string_view name) {
  if (!first_) out_ += ',';
  first_ = false;
  out_ += '"', out_ += name, out_ += "\":";
}

FlatJsonWriter& FlatJsonWriter::text(std::string_view member, std::string_view value) {
  name(member);
  out_ += '"';
  append_escaped(out_, value);
  out_ += '"';
  return *this;
}

FlatJsonWriter& FlatJsonWriter::number(std::string_view member, std::uint64_t value) {
  name(member);
  char digits[20];
  const auto end = std::to_chars(std::begin(digits), std::end(digits), value).ptr;
  out_.append(digits, end);
  return *this;
}

FlatJsonWriter& FlatJsonWriter::boolean(std::string_view member, bool value) {
  name(member);
  out_ += value ? "true" : "false";
  return *this;
}

bool FlatJsonReader::read(std::string_view json) {
  rest_ = json;
  members_.clear();
  members_.reserve(flat_json_members_max);
  if (!take('{')) return false;
  if (take('}')) return rest_.empty();
  do {
    if (members_.size() == flat_json_members_max || !read_member()) return false;
  } while (take(','));
  return take('}') && rest_.empty();
}

bool FlatJsonReader::read_member() {
  if (!take('"')) return false;
  const std::size_t end = rest_.find('"');
  if (end == std::string_view::npos) return false;
  const std::string_view name = rest_.substr(0, end);
  // A name with an escape could spell another one twice.
  if (std::ranges::any_of(name, needs_escape) || find(name) != nullptr) return false;
  rest_.remove_prefix(end + 1);
  if (!take(':')) return false;
  Member& member = members_.emplace_back(Member{name, {}});
  if (take('"')) return read_text(member.value.emplace<std::string>());
  return read_number(member.value.emplace<std::uint64_t>());
}

bool FlatJsonReader::read_text(std::string& out) {
  while (!rest_.empty()) {
    const std::size_t plain = plain_run(rest_);
    out += rest_.substr(0, plain);
    rest_.remove_prefix(plain);
    if (take('"')) return true;
    if (!take('\\') || rest_.empty()) return false;  // A bare control character, or the end.
    if (rest_.front() == '"' || rest_.front() == '\\') {
      out += rest_.front();
      rest_.remove_prefix(1);
      continue;
    }
    const int control = take('u') ? control_character(rest_) : -1;
    if (control < 0) return false;
    out += static_cast<char>(control);
    rest_.remove_prefix(4);
  }
  return false;
}

bool FlatJsonReader::read_number(std::uint64_t& out) {
  const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), out);
  if (error != std::errc()) return false;
  const auto digits = static_cast<std::size_t>(end - rest_.data());
  if (digits > 1 && rest_.front() == '0') return false;
  rest_.remove_prefix(digits);
  return true;
}

bool FlatJsonReader::take(char c) {
  if (!rest_.starts_with(c)) return false;
  rest_.remove_prefix(1);
  return true;
}

const FlatJsonReader::Member* FlatJsonReader::find(std::string_view name) const {
  const auto found = std::ranges::find(members_, name, &Member::name);
  return found == members_.end() ? nullptr : &*found;
}

const std::string* FlatJsonReader::text(std::string_view name) const {
  const Member* const member = find(name);
  return member == nullptr ? nullptr : std::get_if<std::string>(&member->value);
}

const std::uint64_t* FlatJsonReader::number(std::string_view name) const {
  const Member* const member = find(name);
  return member == nullptr ? nullptr : std::get_if<std::uint64_t>(&member->value);
}

}  // namespace optare
