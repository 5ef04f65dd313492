#include "rehearsal/responses.hpp"

#include <algorithm>
#include <string>
#include <string_view>

namespace papervault::vault {
namespace {

constexpr std::string_view rehearsed_text = "（演练作答）";

std::string right_text(const engine::BlankKey& blank)
{
    if (!blank.number) { return blank.texts.front(); }
    std::string text = blank.number->value.to_string();
    if (blank.number->decimal_comma) { std::ranges::replace(text, '.', ','); }
    return text + blank.number->unit;
}

/// A number that is off by a tenth, or a text nobody accepts.
std::string wrong_text(const engine::BlankKey& blank, engine::RandomIntegers& random)
{
    if (!blank.number) { return random.below(2) == 0 ? "不清楚" : "其他"; }
    const auto off = engine::Decimal::from_units(
        std::max<std::int64_t>(blank.number->tolerance.units() * 3, engine::Decimal::units_per_one));
    engine::BlankKey wrong = blank;
    wrong.number->value += off;
    if (wrong.number->relative_tolerance > engine::Decimal{} || wrong.number->significant_figures > 0) {
        wrong.number->value = wrong.number->value.times(10); // far from any share or figure
    }
    return right_text(wrong);
}

} // namespace

engine::Response right_response(const engine::ItemWithKey& item)
{
    if (engine::is_open(item.item.type)) { return {std::string{rehearsed_text}}; }
    if (item.item.type != engine::ItemType::fill_in) { return item.key.correct_options; }
    engine::Response response;
    for (const engine::BlankKey& blank : item.key.blanks) { response.push_back(right_text(blank)); }
    return response;
}

engine::Response wrong_response(const engine::ItemWithKey& item, engine::RandomIntegers& random)
{
    const auto& right = item.key.correct_options;
    switch (item.item.type) {
    case engine::ItemType::true_false: return {right.front() == "true" ? "false" : "true"};
    case engine::ItemType::single_choice: {
        engine::Response others;
        for (const engine::Option& option : item.item.options) {
            if (option.id != right.front()) { others.push_back(option.id); }
        }
        return {others[random.below(others.size())]};
    }
    case engine::ItemType::multiple_choice: {
        // One option changes sides, so that the set is never the right one.
        engine::Response response = right;
        const std::string& moved = item.item.options[random.below(item.item.options.size())].id;
        if (const auto found = std::ranges::find(response, moved); found != response.end() && response.size() > 1) {
            response.erase(found);
        } else if (found == response.end()) {
            response.push_back(moved);
            std::ranges::sort(response);
        } else {
            response = {item.item.options.front().id == moved ? item.item.options.back().id
                                                              : item.item.options.front().id};
        }
        return response;
    }
    case engine::ItemType::fill_in: {
        engine::Response response = right_response(item);
        const std::size_t place = random.below(response.size());
        response[place] = wrong_text(item.key.blanks[place], random);
        return response;
    }
    case engine::ItemType::order: {
        engine::Response response = right;
        const std::size_t place = random.below(response.size() - 1);
        std::swap(response[place], response[place + 1]);
        return response;
    }
    case engine::ItemType::match: {
        engine::Response response = right;
        std::string& pair = response[random.below(response.size())];
        const std::string& other = item.item.options[random.below(item.item.options.size())].id;
        pair = pair.substr(0, pair.find(' ') + 1) + (pair.ends_with(other) ? "-" : other);
        return response;
    }
    case engine::ItemType::short_answer:
    case engine::ItemType::calculation:
    case engine::ItemType::essay: return {std::string{rehearsed_text}};
    }
    return {};
}

} // namespace papervault::vault
