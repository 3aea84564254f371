#include "ops/cli/completion.h"

#include <fmt/format.h>

#include <vector>

namespace optare {
namespace {

// What may follow one command: "applications create" -> its options; "applications" -> its
// commands.
struct Place {
  std::string path;
  std::vector<std::pair<std::string, std::string>> words;  // word, help
};

void add_options(const CLI::App& command, Place& place) {
  for (const CLI::Option* option : command.get_options()) {
    for (const auto& name : option->get_lnames()) {
      place.words.emplace_back("--" + name, option->get_description());
    }
  }
}

void collect(const CLI::App& root, const CLI::App& command, const std::string& path,
             std::vector<Place>& places) {
  Place place{path, {}};
  const auto below = command.get_subcommands([](const CLI::App*) { return true; });
  for (const CLI::App* child : below)
    place.words.emplace_back(child->get_name(), child->get_description());
  add_options(command, place);
  if (&command != &root) add_options(root, place);  // they may stand anywhere
  places.push_back(std::move(place));
  for (const CLI::App* child : below) {
    collect(root, *child, path.empty() ? child->get_name() : path + ' ' + child->get_name(),
            places);
  }
}

std::string words_of(const Place& place) {
  std::string text;
  for (const auto& [word, help] : place.words) text += (text.empty() ? "" : " ") + word;
  return text;
}

// For both shells: walks the words typed so far down the tree; what is no command is skipped.
std::string walk(const std::vector<Place>& places, std::string_view words, std::string_view range) {
  std::string known;
  for (const auto& place : places)
    known += fmt::format("{}\"{}\"", known.empty() ? "" : "|", place.path);
  return fmt::format(
      "  local at=\"\" next word\n"
      "  for word in \"${{{}{}}}\"; do\n"
      "    next=\"${{at:+$at }}$word\"\n"
      "    case \"$next\" in\n"
      "      {}) at=\"$next\" ;;\n"
      "    esac\n"
      "  done\n",
      words, range, known);
}

std::string cases(const std::vector<Place>& places) {
  std::string text = "  local choices=\"\"\n  case \"$at\" in\n";
  for (const auto& place : places)
    text += fmt::format("    \"{}\") choices=\"{}\" ;;\n", place.path, words_of(place));
  return text + "  esac\n";
}

std::string bash_script(const std::vector<Place>& places) {
  return "# bash completion of optare: source <(optare completion bash)\n_optare() {\n" +
         walk(places, "COMP_WORDS[@]", ":1:COMP_CWORD-1") + cases(places) +
         "  COMPREPLY=($(compgen -W \"$choices\" -- \"${COMP_WORDS[COMP_CWORD]}\"))\n}\n"
         "complete -o default -F _optare optare\n";
}

std::string zsh_script(const std::vector<Place>& places) {
  return "#compdef optare\n# zsh completion of optare: source <(optare completion zsh)\n_optare() "
         "{\n" +
         walk(places, "words[@]", ":1:$((CURRENT-2))") + cases(places) +
         "  compadd -- ${=choices}\n  _files\n}\ncompdef _optare optare\n";
}

std::string quoted_for_fish(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\'' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

std::string fish_script(const std::vector<Place>& places) {
  std::string known;
  for (const auto& place : places) known += fmt::format(" '{}'", place.path);
  std::string text = fmt::format(
      "# fish completion of optare: optare completion fish | source\n"
      "function __optare_at\n"
      "  set -l at ''\n"
      "  for word in (commandline -opc)[2..-1]\n"
      "    set -l next (string trim -- \"$at $word\")\n"
      "    contains -- \"$next\"{}; and set at $next\n"
      "  end\n"
      "  test \"$at\" = \"$argv\"\n"
      "end\n",
      known);
  for (const auto& place : places) {
    for (const auto& [word, help] : place.words) {
      const bool option = word.starts_with("--");
      text += fmt::format("complete -c optare -n '__optare_at {}' {} {} -d '{}'\n", place.path,
                          option ? "-l" : "-f -a", option ? word.substr(2) : word,
                          quoted_for_fish(help));
    }
  }
  return text;
}

}  // namespace

std::string completion_script(const CLI::App& app, std::string_view shell) {
  std::vector<Place> places;
  collect(app, app, "", places);
  if (shell == "zsh") return zsh_script(places);
  if (shell == "fish") return fish_script(places);
  return bash_script(places);
}

}  // namespace optare
