// What a document shows of commands and their output, and how the real output is compared with it.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace optare {

// A fenced block: ```LANGUAGE ... ```.
struct DocumentBlock {
  std::string language;
  std::vector<std::string> lines;
};
std::vector<DocumentBlock> blocks_of(const std::string& document);

// A line "$ COMMAND" and the lines below it, up to the next.
struct DocumentStep {
  std::string command;
  std::string printed;
};
std::vector<DocumentStep> steps_of(const DocumentBlock& block);

// The texts in `back-quotes` outside of blocks that begin with `beginning`.
std::set<std::string> spans_of(const std::string& document, const std::string& beginning);

// Puts names in the place of what differs from run to run: times, tokens, durations, and ids and
// secrets, which are numbered as they come, so that the same one is the same again.
class Shapes {
 public:
  std::string of(const std::string& text);

 private:
  std::map<std::string, std::string> names_;
  std::map<std::string, int> numbers_;
};

std::string replaced(std::string text, std::string_view word, std::string_view by);

}  // namespace optare
