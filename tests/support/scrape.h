// What a node told at /metrics at one moment.
#pragma once

#include <map>
#include <string>

namespace optare {

class Scrape {
 public:
  // Throws when it is not Prometheus' text format.
  explicit Scrape(std::string text);

  // The value of name{label="value",...}, written as the node writes it. Throws when it does not
  // tell it.
  double at(const std::string& series) const;
  // Of all series of the name together; 0 when there is none.
  double sum(const std::string& name) const;
  // The same text with another value of a series that is there.
  Scrape with(const std::string& series, double value) const;

  const std::map<std::string, double>& values() const { return values_; }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
  std::map<std::string, double> values_;
};

}  // namespace optare
