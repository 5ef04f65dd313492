#include <papervault/vault/trace.hpp>

#include <algorithm>

namespace papervault::vault {
namespace {

constexpr std::size_t text_bytes_max = 64 * 1024;
constexpr std::size_t items_max = 2000;
constexpr std::size_t options_max = 12;

std::string_view trimmed(std::string_view text)
{
    constexpr std::string_view white = " \t\r";
    const auto first = text.find_first_not_of(white);
    if (first == std::string_view::npos) { return {}; }
    return text.substr(first, text.find_last_not_of(white) - first + 1);
}

std::vector<std::string> words_of(std::string_view text)
{
    std::vector<std::string> words;
    for (text = trimmed(text); !text.empty(); text = trimmed(text)) {
        const auto end = std::min(text.find_first_of(" \t,"), text.size());
        if (end > 0) { words.emplace_back(text.substr(0, end)); }
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return words;
}

} // namespace

Result<Observation> decode_observation(std::string_view text)
{
    if (text.size() > text_bytes_max) { return refuse(VaultError::malformed, "observation: more than 64 KiB"); }
    Observation observation;
    std::size_t number = 0;
    std::size_t items = 0;
    bool gap = true;
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        const std::string_view line = trimmed(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
        const auto bad = [&](std::string_view why) {
            return refuse(VaultError::malformed,
                          "observation, line " + std::to_string(number) + ": " + std::string{why});
        };
        ++number;
        if (line.empty() || line.front() == '#') { continue; }
        if (line == "...") {
            gap = true;
            continue;
        }
        const auto colon = line.find(':');
        const std::string_view name = trimmed(line.substr(0, colon));
        if (name.empty() || name.size() > 64 || name.find_first_of(" \t,") != std::string_view::npos) {
            return bad("no item id");
        }
        if (name == "note") {
            if (colon == std::string_view::npos) { return bad("a note is 'note: TEXT'"); }
            observation.notes.emplace_back(trimmed(line.substr(colon + 1)));
            continue;
        }
        Observation::Item item{.id = std::string{name}, .options = {}};
        if (colon != std::string_view::npos) { item.options = words_of(line.substr(colon + 1)); }
        if (item.options.size() > options_max) { return bad("more than 12 options"); }
        for (const std::string& option : item.options) {
            if (option != "?" && std::ranges::count(item.options, option) > 1) { return bad("an option twice"); }
        }
        if (++items > items_max) { return bad("more than 2000 items"); }
        if (gap) { observation.runs.emplace_back(); }
        gap = false;
        observation.runs.back().push_back(std::move(item));
    }
    if (items == 0 && observation.notes.empty()) {
        return refuse(VaultError::malformed, "observation: nothing was seen");
    }
    return observation;
}

} // namespace papervault::vault
