// What a person reads: tables and fields. Text of others never reaches the terminal with control
// characters in it.
#pragma once

#include <boost/json/value.hpp>
#include <iosfwd>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace optare {

// `text` with every control character (and every byte that is not UTF-8) as \xNN.
std::string printable(std::string_view text);
// The same, but line ends stay.
std::string printable_lines(std::string_view text);

// A JSON value as one cell: text bare, null as "-", the items of a list with a comma between.
std::string cell_text(const boost::json::value& value);

class TextTable {
 public:
  explicit TextTable(std::vector<std::string> headings) : headings_(std::move(headings)) {}
  // REQUIRES: as many cells as headings.
  void add(std::vector<std::string> cells);
  // Left-aligned columns, two spaces between, no trailing spaces.
  void print(std::ostream& out) const;

 private:
  std::vector<std::string> headings_;
  std::vector<std::vector<std::string>> rows_;
};

// One "name  value" line each.
void print_fields(std::ostream& out,
                  const std::vector<std::pair<std::string, std::string>>& fields);

}  // namespace optare
