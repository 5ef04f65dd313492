#include "analysis/response_table.hpp"

#include "import/csv.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <map>
#include <numeric>
#include <set>
#include <unordered_map>
#include <unordered_set>

namespace papervault::vault {
namespace {

using engine::Decimal;

std::string_view trimmed(std::string_view text)
{
    const auto is_space = [](char c) { return c == ' ' || c == '\t'; };
    while (!text.empty() && is_space(text.front())) { text.remove_prefix(1); }
    while (!text.empty() && is_space(text.back())) { text.remove_suffix(1); }
    return text;
}

bool names_candidates(std::string_view heading)
{
    std::string lower{trimmed(heading)};
    std::ranges::transform(lower, lower.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? char(c + 32) : c; });
    // An empty heading is what R writes above the names of rows.
    constexpr std::array names{"", "candidate", "ticket", "person", "id", "准考证号"};
    return std::ranges::find(names, lower) != names.end();
}

struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept { return std::hash<std::string_view>{}(text); }
};

/// The different responses to one item, numbered as they come.
using Dictionary = std::unordered_map<std::string, std::uint16_t, TextHash, std::equal_to<>>;

constexpr std::uint16_t missing_code = 0xFFFF;

auto malformed_at(std::size_t line, std::string_view why)
{
    return refuse(VaultError::malformed, "line " + std::to_string(line) + ": " + std::string{why});
}

} // namespace

Result<ResponseTable> ResponseTable::read(std::string_view csv, const TableLimits& limits)
{
    ResponseTable table;
    std::vector<Dictionary> dictionaries;
    std::unordered_set<std::string> known;
    bool has_heading = false;
    bool has_names = false;
    const auto take_heading = [&](const CsvRow& row) -> Result<void> {
        has_heading = true;
        has_names = names_candidates(row.cells.front());
        std::set<std::string, std::less<>> seen;
        for (std::size_t column = has_names ? 1 : 0; column < row.cells.size(); ++column) {
            const std::string name{trimmed(row.cells[column])};
            if (name.empty()) { return malformed_at(row.line, "an item without a name"); }
            if (!seen.insert(name).second) { return malformed_at(row.line, "two columns are named " + name); }
            table.items_.push_back(name);
        }
        if (table.items_.empty()) { return malformed_at(row.line, "the heading names no item"); }
        if (table.items_.size() > limits.items_max) {
            return malformed_at(row.line, "more than " + std::to_string(limits.items_max) + " items");
        }
        dictionaries.resize(table.items_.size());
        return {};
    };
    const auto take = [&](const CsvRow& row) -> Result<void> {
        if (!has_heading) { return take_heading(row); }
        const std::size_t names = has_names ? 1 : 0;
        // A blank line is a row only where one empty cell can be one.
        const bool blank = row.cells.size() == 1 && row.cells.front().empty();
        if (blank && table.items_.size() + names > 1) { return {}; }
        if (row.cells.size() != table.items_.size() + names) {
            return malformed_at(row.line, "has " + std::to_string(row.cells.size()) + " cells, the heading has " +
                                              std::to_string(table.items_.size() + names));
        }
        if (table.candidates_.size() == limits.candidates_max ||
            (table.candidates_.size() + 1) * table.items_.size() > limits.cells_max) {
            return malformed_at(row.line, "too many candidates");
        }
        std::string name{has_names ? trimmed(row.cells.front()) : ""};
        if (!has_names) { name = std::to_string(table.candidates_.size() + 1); }
        if (name.empty() || name.size() > limits.value_bytes_max) {
            return malformed_at(row.line, "the name of the candidate is empty or too long");
        }
        if (has_names && !known.insert(name).second) { return malformed_at(row.line, name + " was above already"); }
        table.candidates_.push_back(std::move(name));
        for (std::size_t item = 0; item < table.items_.size(); ++item) {
            const std::string_view value = trimmed(row.cells[item + names]);
            if (value.empty() || value == "NA") {
                table.codes_.push_back(missing_code);
                continue;
            }
            Dictionary& dictionary = dictionaries[item];
            auto found = dictionary.find(value);
            if (found == dictionary.end()) {
                if (value.size() > limits.value_bytes_max) { return malformed_at(row.line, "a response is too long"); }
                if (dictionary.size() >= std::min<std::size_t>(limits.values_max, missing_code - 1U)) {
                    return malformed_at(row.line, "item " + table.items_[item] + " has too many different responses");
                }
                found = dictionary.emplace(value, static_cast<std::uint16_t>(dictionary.size())).first;
            }
            table.codes_.push_back(found->second);
        }
        return {};
    };
    if (const auto read = read_csv(csv, limits.items_max + 1, take); !read) { return std::unexpected{read.error()}; }
    if (table.candidates_.empty()) { return refuse(VaultError::malformed, "no row of a candidate"); }

    // Numbers as the responses came become places in their order.
    std::vector<std::vector<std::uint16_t>> places;
    for (const Dictionary& dictionary : dictionaries) {
        const std::map<std::string, std::uint16_t> sorted{dictionary.begin(), dictionary.end()};
        auto& place = places.emplace_back(dictionary.size());
        auto& values = table.values_.emplace_back();
        for (const auto& [value, number] : sorted) {
            place[number] = static_cast<std::uint16_t>(values.size());
            values.push_back(value);
        }
    }
    for (std::size_t at = 0; at < table.codes_.size(); ++at) {
        const std::size_t item = at % table.items_.size();
        std::uint16_t& code = table.codes_[at];
        code = code == missing_code ? static_cast<std::uint16_t>(table.values_[item].size()) : places[item][code];
    }
    return table;
}

Result<ResponseTable> ResponseTable::in_authored_order(const ResponseTable& orders) const
{
    if (orders.items() != items_ || orders.candidates() != candidates_) {
        return refuse(VaultError::malformed, "the option orders must have the items and candidates of the responses");
    }
    std::vector<std::vector<std::string>> authored(codes_.size() / items_.size());
    std::vector<std::set<std::string>> occurring(items_.size());
    for (std::size_t candidate = 0; candidate < candidates_.size(); ++candidate) {
        for (std::size_t item = 0; item < items_.size(); ++item) {
            std::string response{text(candidate, item)};
            const std::string_view order = orders.text(candidate, item);
            std::string letters{order};
            std::ranges::sort(letters);
            for (std::size_t n = 0; n < letters.size(); ++n) {
                if (letters[n] != static_cast<char>('A' + n) || n >= 26) {
                    return refuse(VaultError::malformed, candidates_[candidate] + ", item " + items_[item] + ": " +
                                                             std::string{order} + " is no order of letters from A on");
                }
            }
            if (!order.empty()) {
                for (char& letter : response) {
                    const auto place = static_cast<std::size_t>(letter - 'A');
                    if (letter < 'A' || place >= order.size()) {
                        return refuse(VaultError::malformed, candidates_[candidate] + ", item " + items_[item] +
                                                                 ": the response is not among its options");
                    }
                    letter = order[place];
                }
                std::ranges::sort(response);
            }
            if (!response.empty()) { occurring[item].insert(response); }
            authored[candidate].push_back(std::move(response));
        }
    }
    for (std::size_t item = 0; item < items_.size(); ++item) {
        if (occurring[item].size() >= missing_code) {
            return refuse(VaultError::malformed, "item " + items_[item] + " has too many different responses");
        }
    }
    ResponseTable table;
    table.items_ = items_;
    table.candidates_ = candidates_;
    for (const auto& values : occurring) { table.values_.emplace_back(values.begin(), values.end()); }
    for (const auto& row : authored) {
        for (std::size_t item = 0; item < row.size(); ++item) {
            const auto& values = table.values_[item];
            const auto found = row[item].empty() ? values.end() : std::ranges::lower_bound(values, row[item]);
            table.codes_.push_back(static_cast<std::uint16_t>(found - values.begin()));
        }
    }
    return table;
}

Result<std::vector<std::string>> read_item_keys(std::string_view csv, const ResponseTable& table)
{
    const auto rows = parse_csv(csv, 10'000, 2);
    if (!rows) { return std::unexpected{rows.error()}; }
    const std::vector<std::string> heading{"item", "key"};
    if (rows->empty() || rows->front().cells != heading) {
        return refuse(VaultError::malformed, "the heading of the keys must be item,key");
    }
    std::map<std::string, std::string, std::less<>> keys;
    for (std::size_t n = 1; n < rows->size(); ++n) {
        const CsvRow& row = (*rows)[n];
        if (row.cells.size() != 2 || trimmed(row.cells[1]).empty()) {
            return malformed_at(row.line, "an item and its key are needed");
        }
        const std::string item{trimmed(row.cells[0])};
        if (std::ranges::find(table.items(), item) == table.items().end()) {
            return malformed_at(row.line, "the responses have no item " + item);
        }
        if (!keys.emplace(item, trimmed(row.cells[1])).second) {
            return malformed_at(row.line, item + " has two keys");
        }
    }
    std::vector<std::string> ordered;
    for (const std::string& item : table.items()) {
        const auto key = keys.find(item);
        if (key == keys.end()) { return refuse(VaultError::malformed, "item " + item + " has no key"); }
        ordered.push_back(key->second);
    }
    return ordered;
}

Result<std::vector<std::vector<double>>> read_numbers(std::string_view csv, const std::vector<std::string>& heading,
                                                      std::size_t rows)
{
    const auto read = parse_csv(csv, rows + 1, heading.size());
    if (!read) { return std::unexpected{read.error()}; }
    if (read->empty() || read->front().cells != heading) {
        return refuse(VaultError::malformed, "another heading than expected");
    }
    if (read->size() != rows + 1) {
        return refuse(VaultError::malformed,
                      std::to_string(rows) + " rows are needed, there are " + std::to_string(read->size() - 1));
    }
    std::vector<std::vector<double>> numbers;
    for (std::size_t n = 1; n < read->size(); ++n) {
        const CsvRow& row = (*read)[n];
        if (row.cells.size() != heading.size()) { return malformed_at(row.line, "another number of cells"); }
        auto& of_row = numbers.emplace_back();
        for (std::size_t cell = 0; cell < heading.size(); ++cell) {
            double value = 0;
            const std::string_view text = trimmed(row.cells[cell]);
            if (heading[cell] != "person") {
                const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
                if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(value)) {
                    return malformed_at(row.line, std::string{text} + " is no number");
                }
            }
            of_row.push_back(value);
        }
    }
    return numbers;
}

Result<engine::ScoreMatrix> scores_of(const ResponseTable& table)
{
    const Decimal highest = Decimal::from_integer(1'000'000);
    std::vector<std::vector<Decimal>> numbers;
    std::vector<Decimal> points_max;
    for (std::size_t item = 0; item < table.items().size(); ++item) {
        auto& of_item = numbers.emplace_back();
        Decimal most = Decimal::from_integer(1);
        for (const std::string& value : table.values(item)) {
            const auto number = Decimal::parse(value);
            if (!number || *number > highest || *number < Decimal{} - highest) {
                return refuse(VaultError::malformed, "item " + table.items()[item] + ": " + value + " is no score");
            }
            of_item.push_back(*number);
            most = std::max(most, *number);
        }
        of_item.emplace_back(); // nothing
        points_max.push_back(most);
    }
    engine::ScoreMatrix scores{std::move(points_max)};
    std::vector<Decimal> row(table.items().size());
    for (std::size_t candidate = 0; candidate < table.candidates().size(); ++candidate) {
        for (std::size_t item = 0; item < row.size(); ++item) {
            row[item] = numbers[item][table.code(candidate, item)];
        }
        scores.add_candidate(row);
    }
    return scores;
}

engine::ScoreMatrix score_by_key(const ResponseTable& table, const std::vector<std::string>& keys)
{
    std::vector<std::uint32_t> correct;
    for (std::size_t item = 0; item < keys.size(); ++item) {
        const auto& values = table.values(item);
        const auto found = std::ranges::find(values, keys[item]);
        // A key that nobody chose is the code of no response.
        correct.push_back(found == values.end() ? missing_code : static_cast<std::uint32_t>(found - values.begin()));
    }
    engine::ScoreMatrix scores{std::vector<Decimal>(keys.size(), Decimal::from_integer(1))};
    std::vector<Decimal> row(keys.size());
    for (std::size_t candidate = 0; candidate < table.candidates().size(); ++candidate) {
        for (std::size_t item = 0; item < row.size(); ++item) {
            row[item] = Decimal::from_integer(table.code(candidate, item) == correct[item] ? 1 : 0);
        }
        scores.add_candidate(row);
    }
    return scores;
}

} // namespace papervault::vault
