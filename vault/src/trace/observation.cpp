#include <papervault/vault/trace.hpp>

#include <algorithm>
#include <charconv>
#include <optional>
#include <set>

namespace papervault::vault {
namespace {

constexpr std::size_t text_bytes_max = 64 * 1024;
constexpr std::size_t items_max = 2000;
constexpr std::size_t options_max = 12;
constexpr double length_max = 1e6;

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

std::optional<Spacing> spacing_of(std::string_view word)
{
    if (word == "w") { return Spacing::wide; }
    if (word == "n") { return Spacing::narrow; }
    return std::nullopt;
}

/// "431", "96.5": no sign, no exponent.
std::optional<double> length_of(std::string_view word)
{
    if (word.find_first_not_of("0123456789.") != std::string_view::npos) { return std::nullopt; }
    double length = 0;
    const auto read = std::from_chars(word.data(), word.data() + word.size(), length);
    const bool sound = read.ec == std::errc{} && read.ptr == word.data() + word.size();
    return sound && length > 0 && length <= length_max ? std::optional{length} : std::nullopt;
}

/// Reads line after line. Each function returns what is wrong with the line, or nothing.
class ObservationReader {
public:
    using Complaint = std::string_view;

    [[nodiscard]] Complaint read(std::string_view line)
    {
        if (line == "...") {
            item_gap_ = length_gap_ = true;
            return {};
        }
        const auto colon = line.find(':');
        const std::string_view name = trimmed(line.substr(0, colon));
        const std::string_view rest = colon == std::string_view::npos ? std::string_view{} : line.substr(colon + 1);
        if (name == "note") {
            if (colon == std::string_view::npos) { return "a note is 'note: TEXT'"; }
            observation_.notes.emplace_back(trimmed(rest));
            return {};
        }
        const auto space = name.find_first_of(" \t");
        const std::string_view subject = space == std::string_view::npos ? name : trimmed(name.substr(space));
        if (subject.empty() || subject.size() > 64 || subject.find_first_of(" \t,") != std::string_view::npos) {
            return "no item id";
        }
        if (++items_ > items_max) { return "more than 2000 items"; }
        const std::vector<std::string> words = words_of(rest);
        if (words.size() > options_max) { return "more than 12 options or lines"; }
        const std::string item{subject};
        if (space == std::string_view::npos) { return read_item(item, words); }
        const std::string_view kind = name.substr(0, space);
        if (kind == "spacing") { return read_spacing(item, words); }
        if (kind == "gap") { return read_gap(item, words); }
        if (kind == "lengths") { return read_lengths(item, words); }
        return "neither an item nor note, spacing, gap or lengths";
    }
    [[nodiscard]] bool saw_nothing() const { return items_ == 0 && observation_.notes.empty(); }
    [[nodiscard]] Observation take() { return std::move(observation_); }

private:
    Complaint read_item(const std::string& item, const std::vector<std::string>& options)
    {
        for (const std::string& option : options) {
            if (option != "?" && std::ranges::count(options, option) > 1) { return "an option twice"; }
        }
        if (!seen_.insert(item).second) { return "an item twice: its evidence would count twice"; }
        if (item_gap_) { observation_.runs.emplace_back(); }
        item_gap_ = false;
        observation_.runs.back().push_back({.id = item, .options = options});
        return {};
    }
    Complaint read_spacing(const std::string& item, const std::vector<std::string>& words)
    {
        SpacingSeen seen{.item = item, .gap = {}, .lines = {}};
        for (const std::string& word : words) {
            seen.lines.push_back(spacing_of(word));
            if (!seen.lines.back() && word != "?") { return "a line is w, n or ?"; }
        }
        observation_.spacing.push_back(std::move(seen));
        return {};
    }
    Complaint read_gap(const std::string& item, const std::vector<std::string>& words)
    {
        const auto gap = words.size() == 1 ? spacing_of(words.front()) : std::nullopt;
        if (!gap) { return "a gap is w or n"; }
        observation_.spacing.push_back({.item = item, .gap = gap, .lines = {}});
        return {};
    }
    Complaint read_lengths(const std::string& item, const std::vector<std::string>& words)
    {
        LengthsSeen seen{.item = item, .lines = {}};
        for (const std::string& word : words) {
            seen.lines.push_back(length_of(word));
            if (!seen.lines.back() && word != "?") { return "a length is a number or ?"; }
        }
        if (length_gap_) { observation_.lengths.emplace_back(); }
        length_gap_ = false;
        observation_.lengths.back().push_back(std::move(seen));
        return {};
    }

    Observation observation_;
    std::set<std::string> seen_;
    std::size_t items_ = 0;
    bool item_gap_ = true;
    bool length_gap_ = true;
};

} // namespace

Result<Observation> decode_observation(std::string_view text)
{
    if (text.size() > text_bytes_max) { return refuse(VaultError::malformed, "observation: more than 64 KiB"); }
    ObservationReader reader;
    for (std::size_t number = 1; !text.empty(); ++number) {
        const auto end = std::min(text.find('\n'), text.size());
        const std::string_view line = trimmed(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
        if (line.empty() || line.front() == '#') { continue; }
        if (const std::string_view complaint = reader.read(line); !complaint.empty()) {
            return refuse(VaultError::malformed,
                          "observation, line " + std::to_string(number) + ": " + std::string{complaint});
        }
    }
    if (reader.saw_nothing()) { return refuse(VaultError::malformed, "observation: nothing was seen"); }
    return reader.take();
}

} // namespace papervault::vault
