#include "answer_notation.hpp"

#include <boost/json/array.hpp>

#include <algorithm>

namespace papervault::vault {
namespace {

using engine::Decimal;

/// "1.5", "1.5±0.05", "1.5±2%", each with a unit behind it or without: what follows "number:" in a cell.
std::expected<engine::NumericAnswer, std::string> number_from_cell(std::string_view text)
{
    constexpr std::string_view number_letters = "0123456789.-";
    const auto wrong = [&] { return std::unexpected{"answer: 'number:" + std::string{text} + "' can't be read"}; };
    const auto take = [&](std::string_view& rest) {
        const std::size_t end = std::min(rest.find_first_not_of(number_letters), rest.size());
        const auto number = Decimal::parse(rest.substr(0, end));
        rest.remove_prefix(end);
        return number;
    };
    engine::NumericAnswer answer;
    std::string_view rest = text;
    const auto value = take(rest);
    if (!value) { return wrong(); }
    answer.value = *value;
    constexpr std::string_view plus_minus = "±";
    if (rest.starts_with(plus_minus)) {
        rest.remove_prefix(plus_minus.size());
        const auto tolerance = take(rest);
        if (!tolerance) { return wrong(); }
        if (rest.starts_with('%')) {
            rest.remove_prefix(1);
            answer.relative_tolerance = tolerance->scaled(1, 100);
        } else {
            answer.tolerance = *tolerance;
        }
    }
    answer.unit = trimmed(rest);
    return answer;
}

} // namespace

std::string trimmed(std::string_view text)
{
    constexpr std::string_view blank = " \t\r\n";
    const auto first = text.find_first_not_of(blank);
    if (first == std::string_view::npos) { return {}; }
    return std::string{text.substr(first, text.find_last_not_of(blank) - first + 1)};
}

std::vector<std::string> split(std::string_view text, std::string_view separator)
{
    std::vector<std::string> parts;
    for (;;) {
        const auto at = text.find(separator);
        parts.push_back(trimmed(text.substr(0, at)));
        if (at == std::string_view::npos) { return parts; }
        text.remove_prefix(at + separator.size());
    }
}

std::vector<engine::BlankKey> letters(std::string_view text)
{
    std::vector<engine::BlankKey> found;
    for (const char c : text) {
        if (c == ',' || c == ' ' || c == ';') { continue; }
        const char upper = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
        found.push_back({.texts = {std::string(1, upper)}, .number = {}});
    }
    return found;
}

std::expected<engine::BlankKey, std::string> blank_from_cell(std::string_view cell)
{
    constexpr std::string_view prefix = "number:";
    engine::BlankKey blank;
    for (std::string& text : split(cell, "|")) {
        if (!text.starts_with(prefix)) {
            blank.texts.push_back(std::move(text));
            continue;
        }
        auto number = number_from_cell(std::string_view{text}.substr(prefix.size()));
        if (!number) { return std::unexpected{number.error()}; }
        if (blank.number) { return std::unexpected{std::string{"answer: a blank has two numbers"}}; }
        blank.number = std::move(*number);
    }
    return blank;
}

std::expected<engine::BlankKey, std::string> blank_from_json(boost::json::object blank)
{
    if (!blank.contains("texts")) { blank["texts"] = boost::json::array{}; }
    if (blank.contains("number") && !blank.contains("tolerance")) { blank["tolerance"] = "0"; }
    boost::json::object key{{"item", "answer"}, {"version", 1}, {"scoring_standard", ""}, {"explanation", ""}};
    key["correct_options"] = boost::json::array{};
    key["blanks"] = boost::json::array{std::move(blank)};
    auto read = engine::answer_key_from_json(key, "answer");
    if (!read) { return std::unexpected{read.error().detail}; }
    return std::move(read->blanks.front());
}

} // namespace papervault::vault
