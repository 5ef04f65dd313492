#pragma once

#include <papervault/engine/item.hpp>

#include <boost/json/object.hpp>

#include <array>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace papervault::vault {

/// One row as both notations give it: texts, not yet checked.
struct RawItem {
    std::string id, type, knowledge_point, stem, source, scoring_standard, explanation, importance;
    std::vector<std::string> options, prompts;
    std::vector<engine::BlankKey> answer; ///< Choices, order, match: one text each.
    std::string rule, stimulus_id, stimulus, level, cognitive;
    std::optional<engine::Decimal> penalty;
    bool any_order = false;
    std::optional<engine::Decimal> difficulty, points;
    bool shuffle = true;
};

/// A word as banks write it, and ours.
struct Alias {
    std::string_view name;
    std::string_view meaning;
};
template <std::size_t N>
[[nodiscard]] std::string_view translate(const std::array<Alias, N>& words, std::string_view word)
{
    for (const Alias& alias : words) {
        if (alias.name == word) { return alias.meaning; }
    }
    return word;
}

/// "单选题" is single; words that are not known stay as they are.
[[nodiscard]] std::string_view item_type_word(std::string_view word);
/// true, 对, √, no, 错 … Nothing for any other word.
[[nodiscard]] std::optional<bool> truth(std::string_view text);
/// The item and its key, valid; or why there is none.
[[nodiscard]] std::expected<engine::ItemWithKey, std::string> build_item(const RawItem& raw);
/// What the bank keeps beside an item: level, cognitive.
[[nodiscard]] std::expected<boost::json::object, std::string> facts_of(const RawItem& raw);

} // namespace papervault::vault
