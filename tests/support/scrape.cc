#include "tests/support/scrape.h"

#include <fmt/format.h>

#include <sstream>
#include <stdexcept>

namespace optare {

Scrape::Scrape(std::string text) : text_(std::move(text)) {
  std::istringstream lines(text_);
  for (std::string line; std::getline(lines, line);) {
    if (line.empty() || line.starts_with('#')) continue;
    const auto space = line.rfind(' ');
    if (space == std::string::npos) throw std::runtime_error("no sample: " + line);
    if (!values_.emplace(line.substr(0, space), std::stod(line.substr(space + 1))).second)
      throw std::runtime_error("told twice: " + line);
  }
}

double Scrape::at(const std::string& series) const {
  const auto found = values_.find(series);
  if (found == values_.end()) throw std::runtime_error("the node does not tell " + series);
  return found->second;
}

double Scrape::sum(const std::string& name) const {
  double sum = 0;
  for (const auto& [series, value] : values_)
    if (series.substr(0, series.find('{')) == name) sum += value;
  return sum;
}

Scrape Scrape::with(const std::string& series, double value) const {
  at(series);
  const auto begin = ('\n' + text_).find('\n' + series + ' ');
  const auto end = text_.find('\n', begin);
  std::string text = text_;
  text.replace(begin, end - begin, fmt::format("{} {}", series, value));
  return Scrape(std::move(text));
}

}  // namespace optare
