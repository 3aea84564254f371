#include "tests/support/document.h"

#include <fmt/format.h>

#include <regex>

#include "tests/support/sources.h"

namespace optare {
namespace {

constexpr std::string_view fence = "```";
constexpr std::string_view prompt = "$ ";

struct Shape {
  const char* expression;
  const char* name;
  bool numbered = false;
};

// In this order: what is longer first.
constexpr Shape shapes[] = {
    {"eyJ[A-Za-z0-9_-]+([.]{3}|[.][A-Za-z0-9_-]+[.][A-Za-z0-9_-]+)", "JWT"},
    {"\\bsk_[0-9A-Za-z]{49}\\b", "SECRET", true},
    {"\\b(srv|sec|api|key)_[0-9A-Za-z]{22}\\b", "ID", true},
    {"\\b00[0-9A-Za-z]{22}\\b", "JTI", true},
    {"\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d[.]\\d{3}Z", "TIME"},
    {"\"(exp|iat)\":\\d{10}\\b", "\"$1\":SECONDS"},
    {"\\d+[.]\\d{3} s \\(\\d+ a second\\)", "DURATION (RATE a second)"},
};

}  // namespace

std::vector<DocumentBlock> blocks_of(const std::string& document) {
  std::vector<DocumentBlock> blocks;
  bool inside = false;
  for (const std::string& line : house::split_lines(document)) {
    if (line.starts_with(fence)) {
      if (!inside) blocks.push_back({line.substr(fence.size()), {}});
      inside = !inside;
    } else if (inside) {
      blocks.back().lines.push_back(line);
    }
  }
  return blocks;
}

std::vector<DocumentStep> steps_of(const DocumentBlock& block) {
  std::vector<DocumentStep> steps;
  for (const std::string& line : block.lines) {
    if (line.starts_with(prompt)) {
      steps.push_back({line.substr(prompt.size()), {}});
    } else if (!steps.empty()) {
      steps.back().printed += line + '\n';
    }
  }
  return steps;
}

std::set<std::string> spans_of(const std::string& document, const std::string& beginning) {
  std::set<std::string> spans;
  bool inside = false;
  for (const std::string& line : house::split_lines(document)) {
    if (line.starts_with(fence)) inside = !inside;
    if (inside || line.starts_with(fence)) continue;
    std::size_t open = line.find('`');
    while (open != std::string::npos) {
      const auto close = line.find('`', open + 1);
      if (close == std::string::npos) break;
      const std::string span = line.substr(open + 1, close - open - 1);
      if (span.starts_with(beginning)) spans.insert(span);
      open = line.find('`', close + 1);
    }
  }
  return spans;
}

std::string Shapes::of(const std::string& text) {
  std::string out = text;
  for (const Shape& shape : shapes) {
    const std::regex expression(shape.expression);
    if (!shape.numbered) {
      out = std::regex_replace(out, expression, shape.name);
      continue;
    }
    std::string rest = std::exchange(out, {});
    for (std::smatch match; std::regex_search(rest, match, expression);) {
      std::string& name = names_[match.str()];
      if (name.empty()) name = fmt::format("<{} {}>", shape.name, ++numbers_[shape.name]);
      out += match.prefix().str() + name;
      rest = match.suffix().str();
    }
    out += rest;
  }
  return out;
}

std::string replaced(std::string text, std::string_view word, std::string_view by) {
  for (auto at = text.find(word); at != std::string::npos; at = text.find(word, at + by.size()))
    text.replace(at, word.size(), by);
  return text;
}

}  // namespace optare
